// A ledger of changes: rows in groups, each of cells that are told apart by kind (former value, new value, picture,
// number …). A click on a row or on its button goes to Python. Texts by textContent, pictures only as our own SVG.
const PICTURE = "data:image/svg+xml,";
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".ledger");
  const make = (name, className, text) => {
    const node = document.createElement(name);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const cell = ([kind, text]) => {
    if (kind !== "picture") {
      const node = make("span", "cell " + kind, text);
      node.title = text;
      return node;
    }
    const node = make("img", "cell picture");
    node.alt = "边界修改前后";
    if (text.startsWith(PICTURE)) node.src = text;
    return node;
  };
  const row = ([id, action, cells]) => {
    const node = make(data.opens ? "button" : "div", "row" + (id === data.selected ? " on" : ""));
    node.dataset.row = id;
    node.append(...cells.map(cell));
    if (data.opens) {
      node.type = "button";
      node.onclick = () => setTriggerValue("opened", id);
    }
    if (!data.acts) return node;
    const place = make("span", "act");
    if (action) {
      const button = make("button", "button", action);
      button.type = "button";
      button.onclick = () => setTriggerValue("acted", id);
      place.append(button);
    }
    node.append(place);
    return node;
  };
  box.style.setProperty("--columns", data.columns);
  const heading = data.heading.length ? [make("div", "heading")] : [];
  heading.forEach((node) => node.append(...data.heading.map((text) => make("span", "cell", text))));
  box.replaceChildren(...heading, ...data.groups.flatMap(([title, note, rows]) => {
    const head = make("div", "head");
    head.append(make("b", "", title), make("small", "", note));
    return title ? [head, ...rows.map(row)] : rows.map(row);
  }));
}
