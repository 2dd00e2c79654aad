// The sheet as it will be printed, and its files. Python signs the set-up; picture and files come from our own route,
// so that a change costs the page no rerun of its own. Texts by textContent.
const kept = new WeakMap(), SAID_MS = 8000;

const make = (name, className, text) => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

// The picture does not depend on the resolution of the file.
function looks({ setup, revision }) {
  const { dpi, ...rest } = JSON.parse(setup);
  return JSON.stringify([rest, revision]);
}

// Of the previews that one page asked for only the newest is made.
const page = Math.random().toString(36).slice(2);

async function ask(form, { setup, mark }, signal) {
  let answer;
  try {
    answer = await fetch(new URL("sheets/" + form, document.baseURI), {
      method: "POST", body: JSON.stringify({ setup, mark, page }), credentials: "same-origin", signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw Object.assign(new Error("没有连上服务器，请稍后再试"), { away: true });
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Error(told.message || "程序出错（" + answer.status + "），已记入日志；请刷新页面，仍不行请告诉管理员");
}

function create(root) {
  const part = (name) => root.querySelector("." + name);
  const state = { root, shown: "", asking: null, refused: false };

  state.say = (text, bad) => {
    const line = part("said");
    line.textContent = text;
    line.classList.toggle("bad", Boolean(bad));
    line.setAttribute("role", bad ? "alert" : "status");
    line.hidden = !text;
    clearTimeout(state.fading);
    if (text && !bad) state.fading = setTimeout(() => state.say(""), SAID_MS);
  };

  const busy = (button, on) => {
    button.classList.toggle("busy", on);
    button.setAttribute("aria-busy", on ? "true" : "false");
  };

  // A refused sheet has no files; the reason stands in its place.
  const settle = (message) => {
    state.refused = Boolean(message);
    part("why").textContent = message || "";
    part("refusal").hidden = !message;
    part("paper").hidden = state.refused;
    if (message) part("size").textContent = "";
    root.classList.toggle("refused", state.refused);
    root.querySelectorAll(".files button").forEach((button) => {
      button.disabled = state.refused;
      button.title = state.refused ? "现在不能出图：" + message : button.dataset.title;
    });
  };

  const show = async (told) => {
    const image = part("paper").querySelector("img"), fresh = new Image();
    fresh.src = "data:image/png;base64," + told.png;
    await fresh.decode();
    image.src = fresh.src;
    image.alt = "图件预览：" + (state.data.title || "");
    root.style.setProperty("--wide", told.width);
    root.style.setProperty("--high", told.height);
    part("size").replaceChildren(
      make("b", "", state.data.paper), make("span", "", mm(told.width) + " × " + mm(told.height) + " mm"),
      ...(told.scale ? [make("b", "", "1 : " + told.scale.toLocaleString("en-US").replaceAll(",", " "))] : []),
      ...(told.pages > 1 ? [make("span", "", "共 " + told.pages + " 页，预览第 1 页")] : []),
      make("span", "", "修订 " + told.revision));
    part("notices").replaceChildren(...told.notices.map((text) => make("li", "", text)));
    part("notices").hidden = !told.notices.length;
    root.style.setProperty("--told", (told.notices.length ? part("notices").offsetHeight + 14 : 0) + "px");
  };

  state.preview = async () => {
    const wanted = looks(state.data);
    if (wanted === state.shown) return;
    state.shown = wanted;
    state.say("");
    state.asking?.abort();
    const mine = (state.asking = new AbortController());
    root.dataset.state = "working";
    try {
      const told = await (await ask("preview", state.data, mine.signal)).json();
      if (mine !== state.asking) return;
      await show(told);
      settle("");
      root.dataset.state = "ready";
    } catch (error) {
      if (mine !== state.asking || error.name === "AbortError") return;
      state.shown = "";  // asked again at the next rerun, such as the one after a lost connection
      if (error.away) {
        root.dataset.state = "away";
        state.say(error.message, true);
        return;
      }
      settle(error.message);
      part("notices").hidden = true;
      root.dataset.state = "refused";
      if (state.data.focus) document.querySelector(state.data.focus)?.focus();
    }
  };

  // A very large picture would keep everybody else waiting: it is made in the background.
  state.save = async (button, form) => {
    if (button.classList.contains("busy")) return;
    if (form === "png" && state.data.heavy) {
      state.say("图片很大，已放到后台制作，做好后在“图册与后台”里下载");
      state.begin("background", form);
      return;
    }
    busy(button, true);
    state.say("");
    try {
      const answer = await ask(form, state.data);
      const name = decodeURIComponent((answer.headers.get("content-disposition") || "").split("UTF-8''")[1] || "sheet." + form);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      state.say("已生成 " + name);
    } catch (error) {
      state.say(error.message, true);
    }
    busy(button, false);
  };

  // The picture is promised while the click still counts: browsers allow no later beginning.
  state.copy = async (button) => {
    if (button.classList.contains("busy")) return;
    if (!window.isSecureContext || !navigator.clipboard?.write || !window.ClipboardItem) {
      state.say("浏览器只在 https 或本机地址下让网页复制图片：请下载 PNG，或在预览图上点右键选“复制图片”。", true);
      return;
    }
    if (state.data.heavy) {
      state.say("图片太大，剪贴板放不下：请把分辨率或纸张改小，或下载 PNG。", true);
      return;
    }
    busy(button, true);
    state.say("");
    let failed = null;
    const picture = ask("png", state.data).then((answer) => answer.blob()).then((blob) => blob.slice(0, blob.size, "image/png"));
    picture.catch((error) => { failed = error; });
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      state.say("图片已复制，可以粘贴到文档或聊天窗口");
    } catch (error) {
      state.say(failed ? failed.message : "浏览器没有让网页复制图片：请下载 PNG，或在预览图上点右键选“复制图片”。", true);
    }
    busy(button, false);
  };

  part("paper").onclick = () => root.classList.toggle("close");
  return state;
}

const mm = (value) => String(Math.round(value * 10) / 10);

function buttons(state) {
  const { files } = state.data, holder = state.root.querySelector(".files");
  const told = JSON.stringify(files);
  if (holder.dataset.told === told) return;
  holder.dataset.told = told;
  holder.replaceChildren(...files.map(([form, label, title], place) => {
    const button = make("button", place ? "" : "first", label);
    button.type = "button";
    button.dataset.form = form;
    button.dataset.title = button.title = title;
    button.onclick = () => (form === "copy" ? state.copy(button) : state.save(button, form));
    return button;
  }));
}

export default function (component) {
  const root = component.parentElement.querySelector(".sheet");
  const state = kept.get(root) || create(root);
  kept.set(root, state);
  state.data = component.data;
  state.begin = component.setTriggerValue;
  buttons(state);
  state.preview();
}
