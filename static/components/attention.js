// Compounds that someone must act on: name and reason, a click opens the card. Texts by textContent.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".attention");
  box.setAttribute("role", "list");
  box.setAttribute("aria-label", "需要处理");
  const part = (className, text) => {
    const node = document.createElement("span");
    node.className = className;
    node.textContent = text;
    return node;
  };
  box.replaceChildren(...data.rows.map((row) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "row";
    node.dataset.compound = row.id;
    node.append(part("mark", "■"), part("name", row.name), part("why", row.why));
    node.title = row.name + "：" + row.why;
    node.onclick = () => setTriggerValue("compound", row.id);
    return node;
  }));
}
