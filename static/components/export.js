// The way from a map to its sheet: takes along what the map shows now. A plain click goes through Python (one
// session, no reload), a middle click follows the link.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const link = parentElement.querySelector("a");
  const bounds = () => document.querySelector(".st-key-map-" + data.map + " iframe")?.dataset.bounds || "";
  const aim = () => {
    link.href = new URL("snapshots?" + new URLSearchParams({ ...data.params, bounds: bounds() }), document.baseURI);
  };
  aim();
  link.onpointerenter = link.onfocus = link.onpointerdown = aim;
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("bounds", bounds() || "none");
  };
}
