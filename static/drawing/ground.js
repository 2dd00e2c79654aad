// Drawing editor, ground: context layers from the revisioned routes, neighbours, grid, what is to be put right.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const PANES = { ground: 300, roads: 310, zones: 320, wall: 330, grid: 340, neighbours: 380, names: 385, former: 390, faults: 460 };
  const MOST_GRID_LINES = 240, NAMES_ZOOM = 17.25;

  function tile(symbol) {
    const canvas = document.createElement("canvas"), size = 8;
    canvas.width = canvas.height = size;
    const ctx = canvas.getContext("2d");
    ctx.globalAlpha = symbol.opacity;
    window.chengyuanPattern(ctx, symbol);
    return ctx.createPattern(canvas, "repeat");
  }

  // Leaflet style of a symbol; patterns need a canvas renderer.
  cy.style = function (symbol) {
    const style = { color: symbol.stroke, weight: symbol.width, opacity: 1, fill: true, fillColor: symbol.fill, fillOpacity: symbol.opacity };
    style.dashArray = symbol.dash.length ? symbol.dash.join(" ") : null;
    if (symbol.pattern === "empty") style.fillOpacity = 0;
    else if (symbol.pattern !== "none") Object.assign(style, { fillColor: tile(symbol), fillOpacity: 1 });
    return style;
  };

  const latlngs = (geometry) => L.GeoJSON.coordsToLatLngs(geometry.coordinates, geometry.type === "MultiPolygon" ? 2 : 1);

  // A tooltip whose text is only ever text.
  cy.tip = function (layer, text) {
    layer.bindTooltip(() => cy.node("div", "", text), { sticky: true, direction: "top", offset: [0, -8], className: "tip", opacity: 1 });
  };

  cy.Ground = class {
    constructor(map, metric, notice) {
      Object.assign(this, { map, metric, notice, urls: {}, drawn: {}, look: cy.look, gridStep: 0, failed: new Set() });
      this.renderers = {};
      Object.entries(PANES).forEach(([name, level]) => {
        map.createPane(name).style.zIndex = level;
        if (!["neighbours", "former", "faults"].includes(name)) {
          map.getPane(name).style.pointerEvents = "none";
          this.renderers[name] = L.canvas({ pane: name, padding: 0.3 });
        } else this.renderers[name] = L.svg({ pane: name, padding: 0.5 });
      });
      this.snapping = { neighbours: true, roads: true };
      this.grid = L.layerGroup([]).addTo(map);
      map.on("moveend", () => this.drawGrid());
      map.on("zoomend", () => { this.styleRoads(); this.showNames(); });
    }

    // ---- stored layers -----------------------------------------------------------------------------------------
    fetch(paths) { Object.entries(paths).forEach(([name, path]) => this.fetchOne(name, path)); }

    async fetchOne(name, path) {
      if (this.urls[name] === path) return;
      this.urls[name] = path;
      try {
        const response = await fetch(new URL("layers/" + path, document.baseURI), { credentials: "same-origin" });
        if (!response.ok || !(response.headers.get("content-type") || "").includes("geo+json")) throw new Error(response.status);
        const found = (await response.json()).features.filter((feature) => feature.geometry);
        if (this.urls[name] !== path) return;
        this.failed.delete(name);
        this.draw(name, found);
      } catch (error) {
        delete this.urls[name];
        this.failed.add(name);
      }
      this.notice(this.failed.size ? "有图层没有取到（街道界、道路或文物区划），图上不全；请刷新页面。" : "");
    }

    draw(name, features) {
      if (this.drawn[name]) this.map.removeLayer(this.drawn[name]);
      const group = (this.drawn[name] = L.layerGroup([]));
      features.forEach((feature) => this.layersOf(name, feature).forEach((layer) => group.addLayer(layer)));
      group.addTo(this.map);
      if (name === "basemap_line") this.styleRoads();
    }

    layersOf(name, feature) {
      const { look } = this, kind = feature.properties;
      const area = (pane, symbol, more) =>
        [L.polygon(latlngs(feature.geometry), { ...cy.style(symbol), ...more, renderer: this.renderers[pane], interactive: false })];
      if (name === "district") return area("ground", look.district, { fill: false });
      if (name === "street_office") return area("ground", look.street, { fill: false, weight: 1.8 });
      if (name === "renewal_area") return area("zones", look.area, { fillOpacity: 0 });
      if (name === "reference_area") return area("zones", look.reference);
      if (name === "heritage_zone") return area("zones", look.zones[kind.zone_class]);
      if (name === "heritage_line") return this.line("wall", feature, look.wall[kind.kind]);
      return this.line("roads", feature, look.roads[kind.road_class]);
    }

    line(pane, feature, symbol) {
      const path = latlngs(feature.geometry), options = { renderer: this.renderers[pane], interactive: false, lineCap: "butt" };
      const fill = L.polyline(path, { ...options, color: symbol.fill, weight: symbol.width, dashArray: symbol.dash.join(" ") || null });
      if (pane !== "roads") return [fill];
      const casing = L.polyline(path, { ...options, color: symbol.stroke, weight: symbol.width + 1.4 });
      Object.assign(fill, { symbol, casing });
      fill.options.snapIgnore = !this.snapping.roads;
      return [casing, fill];
    }

    styleRoads() {
      const grown = Math.max(0.8, Math.min(3, Math.pow(1.32, this.map.getZoom() - 15.5)));
      this.eachRoad((layer) => {
        layer.setStyle({ weight: layer.symbol.width * grown });
        layer.casing.setStyle({ weight: layer.symbol.width * grown + 1.6 });
        layer.bringToFront();
      });
    }

    eachRoad(work) { if (this.drawn.basemap_line) this.drawn.basemap_line.eachLayer((layer) => { if (layer.symbol) work(layer); }); }

    // ---- neighbours --------------------------------------------------------------------------------------------
    showNeighbours(rows, onClick) {
      const key = JSON.stringify(rows.map((row) => [row.id, row.name, row.shape]));
      if (key === this.neighbourKey) return;
      this.neighbourKey = key;
      if (this.neighbours) this.map.removeLayer(this.neighbours);
      this.neighbours = L.layerGroup(rows.map((row) => {
        const layer = L.polygon(cy.toParts(row.shape), { ...cy.style(this.look.drawing.neighbour), renderer: this.renderers.neighbours });
        layer.options.snapIgnore = !this.snapping.neighbours;
        cy.tip(layer, row.name);
        layer.on("click", () => onClick(row));
        layer.name = row.name;
        return layer;
      })).addTo(this.map);
      this.names = null;
      this.showNames();
    }

    // Names of the neighbours stand on the map from close by; further off they are in the tooltips.
    showNames() {
      if (this.names) this.map.removeLayer(this.names);
      this.names = null;
      if (!this.neighbours || this.map.getZoom() < NAMES_ZOOM) return;
      const options = { permanent: true, direction: "center", className: "name", pane: "names", interactive: false };
      this.names = L.layerGroup(this.neighbours.getLayers().map((layer) =>
        L.tooltip(layer.getCenter(), { ...options, content: cy.node("span", "", layer.name) }))).addTo(this.map);
    }

    setSnapping(which, on) {
      this.snapping[which] = on;
      if (which === "neighbours" && this.neighbours) this.neighbours.eachLayer((layer) => { layer.options.snapIgnore = !on; });
      if (which === "roads") this.eachRoad((layer) => { layer.options.snapIgnore = !on; });
    }

    // ---- what is set against the drawing -----------------------------------------------------------------------
    showFaults(shapes) { this.overlay("faults", shapes.map((item) => ({ ...item, symbol: "fault" }))); }

    // Shapes of others' or earlier boundaries, each with its symbol and the words of its tooltip.
    showCompared(shapes) { this.overlay("former", shapes); }

    overlay(pane, shapes) {
      const key = "over-" + pane;
      if (this.drawn[key]) this.map.removeLayer(this.drawn[key]);
      this.drawn[key] = L.layerGroup(shapes.filter((item) => item.shape).map((item) => {
        const style = cy.style(this.look.drawing[item.symbol]);
        const layer = L.polygon(cy.toParts(item.shape), { ...style, renderer: this.renderers[pane], interactive: Boolean(item.text) });
        if (item.text) cy.tip(layer, item.text);
        if (item.onClick) layer.on("click", item.onClick);
        return layer;
      })).addTo(this.map);
    }

    // ---- grid --------------------------------------------------------------------------------------------------
    setGrid(step) { this.gridStep = step; this.drawGrid(); }

    drawGrid() {
      this.grid.clearLayers();
      const step = this.gridStep;
      if (!step) return;
      const bounds = this.map.getBounds(), a = this.metric.xy(bounds.getSouthWest()), b = this.metric.xy(bounds.getNorthEast());
      if ((b[0] - a[0] + b[1] - a[1]) / step > MOST_GRID_LINES) return;
      const { stroke, width, opacity } = this.look.drawing.grid;
      const options = { renderer: this.renderers.grid, interactive: false, color: stroke, weight: width, opacity: opacity };
      const add = (from, to) => this.grid.addLayer(L.polyline([this.metric.latlng(from), this.metric.latlng(to)], options));
      for (let x = Math.ceil(a[0] / step) * step; x < b[0]; x += step) add([x, a[1]], [x, b[1]]);
      for (let y = Math.ceil(a[1] / step) * step; y < b[1]; y += step) add([a[0], y], [b[0], y]);
    }
  };
})();
