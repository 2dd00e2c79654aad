// Where a file is dropped or chosen. It goes straight to our own route in parts, with progress and a way to stop;
// Python hears only the id under which it waits. Texts by textContent.
const MIB = 2 ** 20;

function create(root) {
  const part = (name) => root.querySelector("." + name);
  const state = { root, request: null };
  const input = part("choose");

  state.say = (text, bad) => {
    part("said").textContent = text;
    part("said").hidden = !text;
    part("said").setAttribute("role", bad ? "alert" : "status");
    root.classList.toggle("refused", Boolean(bad));
  };

  const busy = (on) => {
    root.classList.toggle("busy", on);
    part("going").hidden = !on;
    part("stop").hidden = !on;
  };

  const progress = (sent, whole) => {
    const share = whole ? Math.round((100 * sent) / whole) : 0;
    part("bar").style.width = share + "%";
    part("going").setAttribute("aria-valuenow", String(share));
    part("lead").textContent = share < 100 ? "正在上传　" + share + "%" : "已上传，正在打开…";
  };

  const idle = () => {
    busy(false);
    part("lead").textContent = "把文件拖到这里";
  };

  const end = (text) => {
    state.request = null;
    idle();
    state.say(text, true);
  };

  state.send = (file) => {
    if (state.request) return;
    if (!file.size) return state.say("文件是空的（0 字节），或者是一个文件夹；请选择文件", true);
    if (file.size > state.data.most_mb * MIB) {
      return state.say("文件有 " + Math.ceil(file.size / MIB) + " MB，最多 " + state.data.most_mb + " MB；请拆分后分批装入", true);
    }
    const request = (state.request = new XMLHttpRequest());
    request.open("POST", new URL(state.data.address, document.baseURI));
    request.setRequestHeader("X-Chengyuan", "upload");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.onprogress = (event) => progress(event.loaded, event.total);
    request.onload = () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* an answer of a proxy in between */ }
      if (request.status === 200 && told.workspace) {
        progress(1, 1);
        state.request = null;
        part("stop").hidden = true;
        state.component.setTriggerValue("received", told.workspace);
      } else end(told.message || "没有收下（" + request.status + "）；请刷新页面再试，仍不行请告诉管理员");
    };
    request.onerror = () => end("上传中断，没有留下文件；请检查网络后再试");
    request.onabort = () => end("已取消上传，没有留下文件");
    state.say("");
    busy(true);
    progress(0, 1);
    request.send(file);
  };

  part("pick").onclick = () => input.click();
  part("stop").onclick = () => state.request?.abort();
  input.onchange = () => {
    if (input.files.length) state.send(input.files[0]);
    input.value = "";
  };
  const over = (on) => (event) => {
    event.preventDefault();
    root.classList.toggle("over", on && !state.request);
  };
  root.addEventListener("dragenter", over(true));
  root.addEventListener("dragover", over(true));
  root.addEventListener("dragleave", over(false));
  root.addEventListener("drop", (event) => {
    over(false)(event);
    const files = event.dataTransfer.files;
    if (files.length > 1) state.say("一次放一个文件；Shapefile 的几个文件请先压成一个 zip", true);
    else if (files.length) state.send(files[0]);
  });
  idle();
  root.dataset.ready = "";
  return state;
}

export default function (component) {
  const holder = component.parentElement, root = holder.querySelector(".upload");
  const state = (holder.upload = holder.upload || create(root));
  state.component = component;
  state.data = component.data;
  root.querySelector(".choose").accept = component.data.endings;
  root.querySelector(".hint").textContent = component.data.hint;
  return () => {
    if (holder.isConnected) return;
    state.request?.abort();
    delete holder.upload;
  };
}
