// Boundaries of a file over what is stored, on the ground of the drawing editor. The shapes come from our own route
// once per inspection; a click tells Python the row, Python tells which row is looked at. Texts by textContent.
import { load, styled } from "./drawing.js";

const STATES = { new: "新增", changed: "改动", unchanged: "不变", rejected: "不装入", stored: "库中现有" };

function create(holder) {
  const cy = window.chengyuanDrawing, root = holder.querySelector(".preview");
  const box = root.querySelector(".map"), { data } = holder.latest;
  const map = L.map(box, { zoomControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 21, attributionControl: false });
  map.fitBounds(data.home);
  L.control.scale({ metric: true, imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
  const notice = root.querySelector(".notice");
  const state = { map, address: "", rows: new Map(), looked: null };
  state.say = (text) => { notice.textContent = text; notice.hidden = !text; };
  state.ground = new cy.Ground(map, null, state.say);
  ["stored", "file"].forEach((role, place) => { map.createPane(role).style.zIndex = 400 + 10 * place; });
  const renderer = { stored: L.canvas({ pane: "stored" }), file: L.canvas({ pane: "file" }) };

  const shape = (feature) => {
    const { role, row, name, state: what } = feature.properties;
    const symbol = holder.latest.data.look[role === "stored" ? "stored" : what] || holder.latest.data.look.new;
    const style = { ...cy.style(symbol), renderer: renderer[role] || renderer.file, pane: role };
    const words = (row ? "第 " + row + " 行　" : "") + (name || "没有名称") + "　" + (STATES[role === "stored" ? "stored" : what] || "");
    return L.geoJSON(feature, {
      style: () => style,
      pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 5 }),
      onEachFeature: (_, layer) => {
        cy.tip(layer, words);
        layer.on("click", () => holder.latest.setTriggerValue("row", row));
        if (row && role !== "stored") state.rows.set(row, { layer, style });
      },
    });
  };

  state.fetch = async (address) => {
    if (state.address === address) return;
    state.address = address;
    try {
      const response = await fetch(new URL(address, document.baseURI), { credentials: "same-origin" });
      if (!response.ok) throw new Error((await response.json()).message);
      const { features } = await response.json();
      if (state.address !== address) return;
      state.rows.clear();
      if (state.group) map.removeLayer(state.group);
      state.group = L.featureGroup(features.filter((one) => one.geometry).map(shape)).addTo(map);
      const bounds = state.group.getBounds();
      if (bounds.isValid()) map.fitBounds(bounds.pad(0.08), { animate: false });
      root.dataset.ready = String(features.length);
      state.look(holder.latest.data.row);
    } catch (error) {
      state.address = "";
      state.say("预览没有取到：" + (error.message || "没有连上服务器"));
    }
  };

  state.look = (row) => {
    if (state.looked) state.looked.layer.setStyle(state.looked.style);
    state.looked = state.rows.get(row) || null;
    if (!state.looked || state.shown === row) return;
    state.shown = row;
    state.looked.layer.setStyle({ ...state.looked.style, ...holder.latest.data.picked });
    const bounds = state.looked.layer.getBounds ? state.looked.layer.getBounds() : L.latLngBounds([state.looked.layer.getLatLng()]);
    map.fitBounds(bounds.pad(1.5), { maxZoom: 18, animate: false });
  };

  state.watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  state.watch.observe(box);
  return state;
}

export default function (component) {
  const holder = component.parentElement;
  holder.latest = component;
  Promise.all([load(component.data.bundle), styled(holder)]).then(() => {
    if (!holder.isConnected || holder.latest !== component) return;
    holder.preview = holder.preview || create(holder);
    holder.preview.ground.fetch(component.data.layers);
    holder.preview.fetch(component.data.address);
    holder.preview.look(component.data.row);
  }, () => { holder.querySelector(".notice").textContent = "地图没有取到，请刷新页面"; });
  return () => {
    if (holder.isConnected || !holder.preview) return;
    holder.preview.watch.disconnect();
    holder.preview.map.remove();
    delete holder.preview;
  };
}
