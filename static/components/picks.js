// Rows that each want a choice from a list; what is chosen gathers here until Python takes it. Texts by textContent.
const make = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

function draw(holder) {
  const { data, setStateValue } = holder.latest;
  const kept = holder.kept;
  const box = holder.querySelector(".picks");
  const tell = () => setStateValue("picked", { stamp: data.stamp, values: Object.fromEntries(kept.values) });

  const list = ([id, , , options, value]) => {
    const select = make("select", "choice");
    (Array.isArray(options) ? options : data.lists[options]).forEach(([code, label]) => {
      const option = make("option", "", label);
      option.value = code;
      select.append(option);
    });
    select.value = kept.values.has(id) ? kept.values.get(id) : value;
    select.setAttribute("aria-label", data.asks);
    return select;
  };

  const cell = ([kind, text]) => {
    if (kind === "share") {
      const node = make("span", "cell share");
      const track = make("span", "track"), fill = make("span", "fill");
      fill.style.width = text + "%";
      track.append(fill);
      node.append(track, make("small", "", text + "%"));
      return node;
    }
    const node = make("span", "cell " + kind, text);
    node.title = text;
    return node;
  };

  const row = (given) => {
    const [id, tone, cells, , value] = given;
    const node = make("div", "row " + tone), select = list(given);
    node.dataset.row = id;
    node.classList.toggle("changed", kept.values.has(id));
    select.onchange = () => {
      if (select.value === value) kept.values.delete(id);
      else kept.values.set(id, select.value);
      node.classList.toggle("changed", kept.values.has(id));
      tell();
    };
    const place = make("span", "cell");
    place.append(select);
    node.append(...cells.slice(0, data.before).map(cell), place, ...cells.slice(data.before).map(cell));
    return node;
  };

  box.style.setProperty("--columns", data.columns);
  const heading = make("div", "heading");
  heading.append(...data.heading.map((text) => make("span", "cell", text)));
  box.replaceChildren(heading, ...data.rows.map(row));
}

export default function (component) {
  const holder = component.parentElement;
  holder.latest = component;
  if (!holder.kept || holder.kept.stamp !== component.data.stamp) holder.kept = { stamp: component.data.stamp, values: new Map() };
  const shape = JSON.stringify(component.data);
  if (holder.shape === shape) return;
  holder.shape = shape;
  draw(holder);
}
