// What others saved, without a reload: asks the server for the newest revision and Python for one rerun when it has
// changed; nothing travels over the socket while nothing changes. Also says when the server is away or newer.
const EVERY_MS = 2000, HIDDEN_MS = 5000, SLOWEST_MS = 15000, PATIENCE_MS = 8000, NOTE_MS = 8000;
const BLINK_MS = 1500, COOKIE_DAYS = 180;

const page = () => document.querySelector('[data-testid="stApp"]');

// Whether the page's socket stands.
function linked() {
  const state = page()?.getAttribute("data-test-connection-state");
  return !state || state === "CONNECTED";
}

// The lines are made here: as markup they would travel with every rerun.
function lines() {
  const nodes = ["away", "note", "reload"].map((name) => {
    const node = document.createElement("p");
    node.className = name;
    node.hidden = true;
    return node;
  });
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "刷新";
  nodes[2].append("程序已更新，请刷新页面", button);
  return nodes;
}

function create(component) {
  const root = component.parentElement.querySelector(".live");
  root.replaceChildren(...lines());
  const state = { root, timer: 0, fading: 0, failures: 0, asked: "", askedAt: 0, patience: 0, back: "", answer: null, tag: "" };
  const line = (name) => root.querySelector("." + name);

  state.say = (text, lasting) => {
    clearTimeout(state.fading);
    line("note").textContent = text;
    line("note").hidden = !text;
    if (text && !lasting) state.fading = setTimeout(() => state.say(""), NOTE_MS);
  };

  state.showAway = () => {
    // A page that could not be drawn says itself why; it is drawn as soon as the store answers.
    const text = state.trouble ? state.data.epoch && "数据库暂时不能使用，页面仍是之前读到的内容，正在等它恢复…"
      : state.failures > 1 || state.cut ? "连接中断，正在重连…　已填的内容仍在，请不要关闭页面" : "";
    const was = !line("away").hidden;
    if (text) state.say("");
    line("away").textContent = text;
    line("away").hidden = !text;
    document.documentElement.toggleAttribute("data-away", Boolean(text));
    if (was && !text) state.say("连接已恢复");
  };

  // After a cut Streamlit waits for the next click: the page may belong to a session that is gone. So one rerun.
  state.linkChanged = () => {
    clearTimeout(state.cutting);
    if (linked()) {
      if (state.lost) state.back = "back-" + Date.now();
      state.lost = state.cut = false;
      state.compare();
    } else {
      state.lost = true;
      state.cutting = setTimeout(() => { state.cut = !linked(); state.showAway(); }, BLINK_MS);
    }
    state.showAway();
  };

  // One question per change; asked again, ever more slowly, when Python did not answer.
  state.compare = () => {
    if (state.gone || !state.answer || !linked()) return;
    const { epoch, revision, app } = state.answer, shown = state.data;
    line("reload").hidden = app === state.app;
    if (state.back === shown.answered) state.back = "";
    const same = shown.epoch === epoch && shown.revision >= revision;
    const wanted = state.back || (same ? "" : shown.epoch ? epoch + ":" + revision : "retry");
    if (!wanted) return;
    const now = performance.now(), again = wanted === state.asked;
    if (again && now - state.askedAt < state.patience) return;
    state.patience = again ? Math.min(state.patience * 2, 60000) : PATIENCE_MS;
    state.asked = wanted;
    state.askedAt = now;
    state.component.setTriggerValue("changed", wanted);
  };

  state.poll = async () => {
    clearTimeout(state.timer);
    if (state.busy) return;
    state.busy = true;
    try {
      const response = await fetch(new URL("revision", document.baseURI), {
        cache: "no-store", headers: state.tag ? { "If-None-Match": state.tag } : {}, signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (state.gone) return;
      if (response.status === 200) {
        state.answer = await response.json();
        state.tag = response.headers.get("etag");
      } else if (response.status !== 304) throw response.status === 503;
      state.failures = 0;
      state.trouble = false;
      // A save of one's own is answered by its own rerun: a short wait lets that one come first.
      setTimeout(state.compare, 300);
    } catch (reason) {
      if (state.gone) return;
      state.failures += 1;
      state.trouble = reason === true;
    } finally {
      if (!state.gone) state.showAway();
      state.busy = false;
      if (!state.gone) state.wait();
    }
  };

  state.wait = () => {
    const pace = document.hidden ? HIDDEN_MS : EVERY_MS;
    const pause = state.failures ? Math.min(1000 * 1.5 ** state.failures, SLOWEST_MS) : pace;
    clearTimeout(state.timer);
    state.timer = setTimeout(state.poll, pause * (0.85 + Math.random() * 0.3));
  };

  state.seen = () => { if (!document.hidden) state.poll(); };
  state.link = new MutationObserver(state.linkChanged);
  if (page()) state.link.observe(page(), { attributes: true, attributeFilter: ["data-test-connection-state"] });
  document.addEventListener("visibilitychange", state.seen);
  addEventListener("online", state.seen);
  line("reload").querySelector("button").onclick = () => location.reload();
  return state;
}

// The author's name stays in this browser, so that it is asked once; Python says it, or "" to forget it.
function remember(author) {
  if (author === undefined) return;
  const kept = author ? `${encodeURIComponent(author)}; Max-Age=${COOKIE_DAYS * 86400}` : "; Max-Age=0";
  document.cookie = `chengyuan_author=${kept}; Path=/; SameSite=Lax`;
}

function tell(state, before, now) {
  if (!before || !before.epoch || !now.epoch || now.quiet || !state.asked.includes(":")) return;
  if (before.epoch !== now.epoch) state.say("数据库内容已被整体替换（恢复备份），页面已换成新内容");
  else if (now.revision > before.revision) {
    const several = now.revision - before.revision;
    if (now.own && several === 1) return;  // nobody is told of a save of their own
    const count = several > 1 ? `（期间共 ${several} 次保存）` : "";
    state.say(`${now.who} 刚保存了修订 ${now.revision}${count}，页面已更新`);
  }
}

export default function (component) {
  const holder = component.parentElement, first = !holder.live;
  const state = (holder.live = holder.live || create(component));
  const before = state.data, now = component.data;
  state.component = component;
  state.data = now;
  if (first) state.app = now.app;
  remember(now.author);
  const answers = before && (before.epoch !== now.epoch || before.revision !== now.revision);
  if (answers) {
    tell(state, before, now);
    state.asked = "";
  }
  if (first) state.poll();
  // Streamlit also calls this for a call that a newer one overtook: only a component that is gone is put away.
  return () => { if (!holder.isConnected) remove(holder, state); };
}

function remove(holder, state) {
  state.gone = true;
  clearTimeout(state.timer);
  clearTimeout(state.fading);
  clearTimeout(state.cutting);
  state.link.disconnect();
  document.removeEventListener("visibilitychange", state.seen);
  removeEventListener("online", state.seen);
  document.documentElement.removeAttribute("data-away");
  delete holder.live;
}
