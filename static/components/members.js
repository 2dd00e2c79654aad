// Compounds of the chosen group: status, progress against plan, a click opens the file. Texts by textContent.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".members");
  const part = (className, text) => {
    const node = document.createElement("span");
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const progress = (done, planned) => {
    const track = part("track" + (done === null ? " none" : ""));
    const fill = part("fill");
    fill.style.width = (done ?? 0) + "%";
    track.append(fill);
    if (planned !== null) {
      const tick = part("plan");
      tick.style.left = planned + "%";
      track.append(tick);
    }
    return track;
  };
  box.replaceChildren(...data.rows.map(([id, name, status, light, label, done, planned, households, why]) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "row " + light;
    node.dataset.compound = id;
    node.title = name + "：" + label + (why ? "，" + why : "");
    node.append(
      part("name", name),
      part("status", status),
      progress(done, planned),
      part("num", done === null ? "—" : done.toFixed(0) + "%"),
      part("num", households === null ? "户数不详" : households.toLocaleString("en-US") + " 户"),
      part("light", label),
    );
    node.onclick = () => setTriggerValue("compound", id);
    return node;
  }));
}
