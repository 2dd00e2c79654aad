// Compounds as rows that open their dossier: a plain click goes through Python (one session, no reload), a
// middle click follows the link. Texts by textContent.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".places");
  const make = (name, className, text) => {
    const node = document.createElement(name);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const row = ([id, name, alarm, ...cells]) => {
    const node = make("a", "row");
    node.href = data.page + "?" + new URLSearchParams({ ...data.params, [data.parameter]: id });
    node.dataset.compound = id;
    node.append(make("span", "mark", alarm ? "■" : "›"), make("span", "name", name));
    if (alarm) node.classList.add("alarm");
    if (id === data.selected) node.classList.add("on");
    cells.forEach((cell) => node.append(make("span", "cell", cell)));
    node.title = [name, ...cells].join("　");
    node.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      setTriggerValue("compound", id);
    };
    return node;
  };
  box.style.setProperty("--cells", data.cells);
  box.replaceChildren(...data.groups.flatMap(([title, note, rows]) => {
    const head = make("div", "head");
    head.append(make("b", "", title), make("small", "", note));
    return title ? [head, ...rows.map(row)] : rows.map(row);
  }));
}
