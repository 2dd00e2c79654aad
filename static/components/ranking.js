// Ranked street bars. Names and numbers are put in by textContent.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".ranking");
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "街道进度排名");
  const make = (name, className, text) => {
    const node = document.createElement(name);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const bar = (kind, share) => {
    const track = make("span", "track " + kind + (share === null ? " none" : ""));
    const fill = make("span", "fill");
    fill.style.width = (share === null ? 0 : share) + "%";
    track.appendChild(fill);
    return track;
  };
  const rows = data.rows.map(([code, name, chosen, compounds, households, count, alarm, why], place) => {
    const row = { code, name, chosen, compounds, households, count, alarm, why };
    const node = make("button", "row" + (row.chosen ? " chosen" : ""));
    node.type = "button";
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", row.chosen ? "true" : "false");
    node.dataset.street = row.code;
    node.title = row.why ? "户数口径：" + row.why : "";
    node.appendChild(make("span", "place", row.compounds === null ? "—" : String(place + 1)));
    node.appendChild(make("span", "name", row.name));
    const bars = make("span", "bars");
    bars.appendChild(bar("compounds", row.compounds));
    bars.appendChild(bar("households", row.households));
    node.appendChild(bars);
    node.appendChild(make("span", "share", row.compounds === null ? "—" : row.compounds.toFixed(1) + "%"));
    node.appendChild(make("span", "count", row.count));
    node.appendChild(make("span", "alarm", row.alarm ? "■ " + row.alarm : ""));
    node.onclick = () => setTriggerValue("street", row.code);
    return node;
  });
  box.classList.toggle("wide", data.rows.some((row) => row[5].length > 7));
  box.replaceChildren(...rows);
}
