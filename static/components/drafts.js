// Keeps what is typed into a form in this browser until it is saved or discarded, and hands it to Python when the
// form has lost it: after a reload, a page switch, a restarted server. Python holds every value against its list.
const PREFIX = "chengyuan.draft|", DAYS = 7, ANSWER_MS = 200;
const EVENTS = ["pointerdown", "focusin", "input", "change", "click", "keyup"];

const keyOf = (place, form) => PREFIX + place + "|" + form;
const node = (key) => document.querySelector(".st-key-" + key.trim().replace(/[^a-zA-Z0-9_-]/g, "-"));

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    return draft && typeof draft.fields === "object" ? draft : null;
  } catch { return null; }
}

function write(key, draft) {
  try { localStorage.setItem(key, JSON.stringify(draft)); } catch (error) { console.warn("draft not kept", String(error)); }
}

// What a field shows now, typed but uncommitted text included; undefined when it is not on the page.
function shown(widget, kind) {
  const box = node(widget);
  const field = box && box.querySelector(kind === "day" ? "input[type=date]" : "textarea, input");
  return field ? (kind === "check" ? field.checked : field.value) : undefined;
}

function sweep() {
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => {
    const draft = read(key);
    if (!draft || !(Date.now() - draft.at < DAYS * 86400e3)) localStorage.removeItem(key);
  });
}

function create() {
  const state = { id: Math.random().toString(36).slice(2), held: new Set(), last: new Map(), recent: [], drawn: new Set() };
  state.channel = new BroadcastChannel("chengyuan.drafts");

  // Another tab that is typing into the same form keeps its draft.
  state.channel.onmessage = ({ data }) => {
    if (data.ask && state.held.has(data.ask)) state.channel.postMessage({ taken: data.ask, from: data.from });
    if (data.taken && data.from === state.id) state.taken?.add(data.taken);
  };

  state.touch = (form, name, value) => {
    const { data } = state, key = keyOf(data.place, form), spec = data.forms[form];
    const draft = read(key) || { fields: {} };
    spec.fields.filter((field) => field[3] === name).forEach(([below]) => delete draft.fields[below]);
    draft.fields[name] = value;
    const now = { at: Date.now(), epoch: data.epoch, version: spec.version, session: data.session, done: data.done[form] || 0 };
    write(key, { ...draft, ...now });
    state.held.add(key);
  };

  const eachField = (visit) => Object.entries(state.data?.forms || {}).forEach(([form, { fields }]) =>
    fields.forEach(([name, widget, kind]) => visit(form, name, widget, kind)));

  // Only a person's own doing counts: a field that had the focus (or the one before it, since lists answer late) and
  // shows something else than before. What Python fills in counts for nothing.
  state.scan = (source) => eachField((form, name, widget, kind) => {
    const value = shown(widget, kind);
    if (value === undefined) return;
    const known = state.last.has(widget), changed = state.last.get(widget) !== value;
    state.last.set(widget, value);
    const inside = source && node(widget).contains(source);
    if (changed && (inside || (known && state.recent.includes(widget)))) state.touch(form, name, value);
  });

  state.event = (event) => {
    const source = event.type === "input" ? event.target : null;
    state.scan(source);
    if (event.type === "focusin" || event.type === "pointerdown") eachField((form, name, widget) => {
      if (widget !== state.recent[0] && node(widget)?.contains(event.target)) state.recent = [widget, state.recent[0]];
    });
    setTimeout(state.scan, 60, source);
    setTimeout(state.scan, 400, null);
  };
  EVENTS.forEach((type) => document.addEventListener(type, state.event, true));
  sweep();
  return state;
}

function forgetDone(state) {
  const { data } = state;
  Object.entries(data.done).forEach(([form, count]) => {
    const key = keyOf(data.place, form), draft = read(key);
    if (!draft || draft.session !== data.session || count <= draft.done) return;
    localStorage.removeItem(key);
    state.held.delete(key);
  });
}

function lost(state, everything) {
  const start = keyOf(state.data.place, "");
  return Object.keys(localStorage).filter((key) => key.startsWith(start) && !state.held.has(key)
    && (everything || state.data.forms[key.slice(start.length)]) && read(key));
}

async function handOver(state, keys) {
  const { data } = state, start = keyOf(data.place, "");
  keys.forEach((key) => state.held.add(key));
  const taken = (state.taken = new Set());
  keys.forEach((key) => state.channel.postMessage({ ask: key, from: state.id }));
  await new Promise((done) => setTimeout(done, ANSWER_MS));
  const given = {};
  keys.forEach((key) => {
    const draft = read(key);
    if (!draft || taken.has(key) || state.data.place !== data.place) return;
    const form = key.slice(start.length);
    given[form] = { at: draft.at, epoch: draft.epoch, version: draft.version, fields: draft.fields };
    write(key, { ...draft, session: data.session, done: data.done[form] || 0 });
  });
  if (Object.keys(given).length) state.component.setTriggerValue("given", { place: data.place, drafts: given });
}

export default function (component) {
  const holder = component.parentElement;
  const state = (holder.drafts = holder.drafts || create());
  const before = state.data, now = component.data;
  state.component = component;
  state.data = now;
  const anew = !before || before.session !== now.session || before.place !== now.place;
  const drawn = new Set(Object.keys(now.forms).map((form) => keyOf(now.place, form)));
  if (anew) { state.held.clear(); state.last.clear(); state.recent = []; }
  Object.entries(now.forms).forEach(([form, { fields }]) => {
    if (!state.drawn.has(keyOf(now.place, form))) fields.forEach(([, widget]) => state.last.delete(widget));
  });
  state.drawn.forEach((key) => { if (!drawn.has(key)) state.held.delete(key); });
  state.drawn = drawn;
  forgetDone(state);
  const keys = lost(state, anew);
  if (keys.length) handOver(state, keys);
  setTimeout(state.scan, 300, null);
  // Streamlit also calls this for a call that a newer one overtook: only a component that is gone is put away.
  return () => { if (!holder.isConnected) remove(holder, state); };
}

function remove(holder, state) {
  EVENTS.forEach((type) => document.removeEventListener(type, state.event, true));
  state.channel.close();
  delete holder.drafts;
}
