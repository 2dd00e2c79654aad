// The steps of an import: number, name, state in words; a click goes to the step. Texts by textContent.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const make = (name, className, text) => {
    const node = document.createElement(name);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  parentElement.querySelector(".steps").replaceChildren(...data.steps.map(([number, title, note, tone, open]) => {
    const node = make("button", "step " + tone);
    node.type = "button";
    node.disabled = !open;
    if (tone.split(" ").includes("now")) node.setAttribute("aria-current", "step");
    const words = make("span", "words");
    words.append(make("b", "", title), make("small", "", note));
    node.append(make("span", "number", String(number)), words);
    node.title = note;
    node.onclick = () => setTriggerValue("step", number);
    return node;
  }));
}
