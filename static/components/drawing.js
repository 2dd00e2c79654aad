// The drawing editor: its libraries come as one file, once per page; then it stays and hears what Python says.
let loading = null;

export function load(version) {
  if (!loading && window.chengyuanDrawing) loading = Promise.resolve();
  loading = loading || new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("assets/drawing/bundle.js?v=" + version, document.baseURI);
    script.onload = resolve;
    script.onerror = () => { loading = null; script.remove(); reject(new Error("bundle")); };
    document.head.append(script);
  });
  return loading;
}

// The map measures its place when it is made: the style sheets have to be there before it.
export function styled(holder) {
  const waiting = [...holder.querySelectorAll("link")].filter((link) => !link.sheet);
  return Promise.all(waiting.map((link) => new Promise((resolve) => { link.onload = link.onerror = resolve; })));
}

export default function (component) {
  const holder = component.parentElement, root = holder.querySelector(".editor");
  holder.latest = component;
  Promise.all([load(component.data.bundle), styled(holder)]).then(() => {
    if (!holder.isConnected || holder.latest !== component) return;
    holder.editor = holder.editor || window.chengyuanDrawing.create(root);
    holder.editor.update(component);
  }, () => { root.textContent = "编辑器没有取到，请刷新页面；仍不行请联系管理员。"; });
  // Streamlit also calls this for a call that a newer one overtook: only a component that is gone is put away.
  return () => {
    if (holder.isConnected || !holder.editor) return;
    holder.editor.remove();
    delete holder.editor;
  };
}
