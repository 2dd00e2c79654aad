// Rotation of the briefing: asks Python for the next scene when the time is over, draws the progress line, and
// lets the keyboard step (left, right: scene; up, down: street office) and pause (space).
const KEYS = { ArrowRight: "next", ArrowLeft: "previous", ArrowDown: "next_street", ArrowUp: "previous_street" };
const IDLE_MS = 4000;

function create(component) {
  const root = component.parentElement.querySelector(".pacer");
  const state = { root, line: root.querySelector(".line"), note: root.querySelector(".note"), timer: 0, idle: 0 };

  state.ask = (way) => state.component.setTriggerValue("step", way);

  // Until Python answers with a new serial the question is asked again, so that one lost answer ends nothing.
  state.wind = () => {
    clearTimeout(state.timer);
    if (state.held) return;
    state.timer = setTimeout(() => { state.ask("next"); state.wind(); }, state.data.seconds * 1000);
  };

  state.run = () => {
    state.line.style.animation = "none";
    void state.line.offsetWidth;
    state.line.style.animation = state.held ? "none" : `pace ${state.data.seconds}s linear forwards`;
    state.note.textContent = state.held && state.data.rotate ? `${state.data.note}　已暂停` : state.data.note;
    state.wind();
  };

  state.key = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " ") { state.held = !state.held; state.run(); }
    else if (KEYS[event.key]) state.ask(KEYS[event.key]);
    else return;
    event.preventDefault();
  };

  state.wake = () => {
    document.documentElement.removeAttribute("data-idle");
    clearTimeout(state.idle);
    state.idle = setTimeout(() => document.documentElement.setAttribute("data-idle", ""), IDLE_MS);
  };

  document.addEventListener("keydown", state.key);
  document.addEventListener("mousemove", state.wake);
  state.wake();
  return state;
}

export default function (component) {
  const holder = component.parentElement;
  const state = (holder.pacer = holder.pacer || create(component));
  const first = !state.data, changed = first || state.data.serial !== component.data.serial;
  state.component = component;
  state.data = component.data;
  if (first) state.held = !component.data.rotate;
  if (changed) state.run();
  // Streamlit also calls this for a call that a newer one overtook: only a component that is gone is put away.
  return () => { if (!holder.isConnected) remove(holder, state); };
}

function remove(holder, state) {
  clearTimeout(state.timer);
  clearTimeout(state.idle);
  document.removeEventListener("keydown", state.key);
  document.removeEventListener("mousemove", state.wake);
  document.documentElement.removeAttribute("data-idle");
  delete holder.pacer;
}
