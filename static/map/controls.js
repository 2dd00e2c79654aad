// Chengyuan map, controls: scale, coordinates, full extent, measuring, district inset.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var A = 6378137.0, F = 1 / 298.257222101, E2 = F * (2 - F); // CGCS2000 ellipsoid

  // Metres on a plane that touches the ellipsoid at `origin`; good to 1:10,000 within a few kilometres.
  cy.localMetres = function (origin, points) {
    var phi = origin.lat * Math.PI / 180, w = Math.sqrt(1 - E2 * Math.sin(phi) * Math.sin(phi));
    var east = A / w * Math.cos(phi) * Math.PI / 180, north = A * (1 - E2) / (w * w * w) * Math.PI / 180;
    return points.map(function (p) { return [(p.lng - origin.lng) * east, (p.lat - origin.lat) * north]; });
  };

  cy.pathLength = function (points) {
    var total = 0;
    for (var i = 1; i < points.length; i++) {
      var mid = L.latLng((points[i].lat + points[i - 1].lat) / 2, points[i].lng);
      var xy = cy.localMetres(mid, [points[i - 1], points[i]]);
      total += Math.hypot(xy[1][0] - xy[0][0], xy[1][1] - xy[0][1]);
    }
    return total;
  };

  cy.ringArea = function (points) {
    var mid = L.latLng(points.reduce(function (s, p) { return s + p.lat; }, 0) / points.length, points[0].lng);
    var xy = cy.localMetres(mid, points), twice = 0;
    xy.forEach(function (p, i) { var q = xy[(i + 1) % xy.length]; twice += p[0] * q[1] - q[0] * p[1]; });
    return Math.abs(twice) / 2;
  };

  function metres(value) { return value < 1000 ? value.toFixed(1) + " m" : (value / 1000).toFixed(3) + " km"; }
  function square(value) { return value < 10000 ? value.toFixed(0) + " m²" : (value / 10000).toFixed(3) + " 公顷"; }

  var icons = {
    "in": "M8 3v10M3 8h10", out: "M3 8h10", home: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
    line: "M2 12L6 5l4 5 4-8", area: "M3 4l9-1 1 8-8 2z"
  };

  function button(holder, name, title, action) {
    var node = L.DomUtil.create("button", "cy-button cy-" + name, holder);
    node.type = "button";
    node.title = title;
    node.setAttribute("aria-label", title);
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", icons[name]);
    svg.appendChild(path);
    node.appendChild(svg);
    L.DomEvent.on(node, "click", function (event) { L.DomEvent.stop(event); action(node); });
    return node;
  }

  // ---- measuring ------------------------------------------------------------------------------------------
  var points = [], drawn = null, mode = null, readout, buttons = {};

  function startMeasure(kind) {
    var again = mode === kind;
    stopMeasure();
    if (again) return;
    mode = kind;
    cy.measuring = true;
    buttons[kind].classList.add("active");
    L.DomUtil.addClass(cy.map.getContainer(), "cy-measuring");
    drawn = L.layerGroup([], { pane: "cy-select" }).addTo(cy.map);
    cy.map.doubleClickZoom.disable();
    cy.map.on("click", addPoint);
    cy.map.on("mousemove", moveTo);
    cy.map.on("dblclick", finish);
    tellMeasure("单击加点，双击结束，Esc 退出");
  }

  function stopMeasure() {
    cy.map.off("click", addPoint).off("mousemove", moveTo).off("dblclick", finish);
    if (drawn) cy.map.removeLayer(drawn);
    Object.keys(buttons).forEach(function (key) { buttons[key].classList.remove("active"); });
    L.DomUtil.removeClass(cy.map.getContainer(), "cy-measuring");
    points = [];
    drawn = mode = null;
    setTimeout(function () { cy.measuring = false; cy.map.doubleClickZoom.enable(); }, 0);
    tellMeasure("");
  }

  function tellMeasure(text) { readout.textContent = text; readout.style.display = text ? "block" : "none"; }

  function addPoint(event) { points.push(event.latlng); render(points); }
  function moveTo(event) { if (points.length) render(points.concat([event.latlng])); }
  function finish() {
    cy.map.off("click", addPoint).off("mousemove", moveTo).off("dblclick", finish);
    points = points.filter(function (p, i) { return !i || cy.pathLength([points[i - 1], p]) > 0.05; });
    render(points);
  }

  function render(list) {
    var ink = cy.state.push.look, renderer = L.svg({ pane: "cy-select" });
    drawn.clearLayers();
    var style = { color: ink.selected.stroke, weight: 2, dashArray: "5 4", interactive: false, renderer: cy.measureRenderer || (cy.measureRenderer = renderer) };
    drawn.addLayer(mode === "area" && list.length > 2 ? L.polygon(list, Object.assign({ fillOpacity: 0.12 }, style)) : L.polyline(list, style));
    list.forEach(function (p) { drawn.addLayer(L.circleMarker(p, Object.assign({}, style, { radius: 3, dashArray: null, fill: true, fillOpacity: 1 }))); });
    if (mode === "line") tellMeasure("距离 " + metres(cy.pathLength(list)));
    else if (list.length > 2) tellMeasure("面积 " + square(cy.ringArea(list)) + "　周长 " + metres(cy.pathLength(list.concat([list[0]]))));
    else tellMeasure("再加点成面");
  }

  // ---- corner pieces --------------------------------------------------------------------------------------
  cy.setupControls = function () {
    var map = cy.map, options = cy.options;
    map.attributionControl.setPrefix(false);
    (options.attribution || []).forEach(function (text) { map.attributionControl.addAttribution(text); });
    L.control.scale({ metric: true, imperial: false, maxWidth: 140 * cy.scale(), position: "bottomright" }).addTo(map);
    if (options.controls) addButtons(map);
    if (options.coordinates) addCoordinates(map);
    if (options.inset) addInset(map);
    readout = L.DomUtil.create("div", "cy-measure", map.getContainer());
    tellMeasure("");
    L.DomEvent.on(document, "keydown", function (event) { if (event.key === "Escape" && mode) stopMeasure(); });
  };

  function addButtons(map) {
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var box = L.DomUtil.create("div", "cy-buttons");
      L.DomEvent.disableClickPropagation(box);
      button(box, "in", "放大", function () { map.zoomIn(); });
      button(box, "out", "缩小", function () { map.zoomOut(); });
      button(box, "home", "全图", function () { cy.fit(cy.options.extent, cy.options.animate); });
      buttons.line = button(box, "line", "量距离", function () { startMeasure("line"); });
      buttons.area = button(box, "area", "量面积", function () { startMeasure("area"); });
      addExport(box, map);
      return box;
    };
    control.addTo(map);
  }

  // The way to a sheet takes along what the map shows now, which Python cannot know.
  function addExport(box, map) {
    var node = L.DomUtil.create("button", "cy-button cy-export", box);
    node.type = "button";
    node.textContent = "导出";
    node.title = "把现在的画面做成图件：PDF、图片、PowerPoint……";
    L.DomEvent.on(node, "click", function (event) { L.DomEvent.stop(event); cy.send("export", map.getBounds().toBBoxString()); });
  }

  function addCoordinates(map) {
    var control = L.control({ position: "bottomright" }), box;
    control.onAdd = function () {
      box = L.DomUtil.create("div", "cy-coordinates");
      box.textContent = "";
      return box;
    };
    control.addTo(map);
    function tell(at) {
      var datum = (cy.state.push && cy.state.push.datumLabel) || "CGCS2000";
      box.textContent = at.lng.toFixed(5) + "°E " + at.lat.toFixed(5) + "°N · " + datum;
    }
    map.on("mousemove", function (event) { tell(event.latlng); });
    map.on("moveend", function () { tell(map.getCenter()); });
  }

  // ---- inset ----------------------------------------------------------------------------------------------
  var inset = null;

  function addInset(map) {
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var box = L.DomUtil.create("div", "cy-inset");
      L.DomEvent.disableClickPropagation(box);
      inset = { box: box, canvas: L.DomUtil.create("canvas", "", box) };
      box.title = "全区位置：点击移到该处";
      L.DomEvent.on(box, "click", jump);
      return box;
    };
    control.addTo(map);
    map.on("move", drawInset);
  }

  cy.buildInset = function () { drawInset(); };
  cy.styleInset = function () { drawInset(); };

  function frame() {
    var bounds = L.latLngBounds(cy.options.extent), w = inset.box.clientWidth, h = inset.box.clientHeight;
    var k = Math.cos(bounds.getCenter().lat * Math.PI / 180);
    var s = Math.min((w - 10) / ((bounds.getEast() - bounds.getWest()) * k), (h - 10) / (bounds.getNorth() - bounds.getSouth()));
    var c = bounds.getCenter();
    return {
      w: w, h: h,
      x: function (lng) { return w / 2 + (lng - c.lng) * k * s; }, y: function (lat) { return h / 2 - (lat - c.lat) * s; },
      lng: function (x) { return c.lng + (x - w / 2) / k / s; }, lat: function (y) { return c.lat - (y - h / 2) / s; }
    };
  }

  function jump(event) {
    var f = frame(), rect = inset.box.getBoundingClientRect();
    cy.map.panTo([f.lat(event.clientY - rect.top), f.lng(event.clientX - rect.left)], { animate: cy.options.animate });
  }

  function drawInset() {
    var push = cy.state.push;
    if (!inset || !push || !push.look || !inset.box.clientWidth) return;
    var f = frame(), ratio = window.devicePixelRatio || 1, canvas = inset.canvas;
    canvas.width = f.w * ratio;
    canvas.height = f.h * ratio;
    var ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    polygons(ctx, f, cy.items.streets, push.look.inset.fill, push.look.inset.stroke, 0.6 * cy.scale());
    var about = (cy.items.streets || []).filter(function (item) { return item.feature.properties.id === push.highlight; });
    polygons(ctx, f, about, push.look.steps[3].fill, push.look.highlight.stroke, 0.6 * cy.scale());
    polygons(ctx, f, cy.items.district, null, push.look.district.stroke, 1.4 * cy.scale());
    (cy.items.wall || []).forEach(function (item) {
      if (item.feature.properties.kind !== "circuit") return;
      trace(ctx, f, item.layer.getLatLngs(), false);
      ctx.strokeStyle = push.look.wall.circuit.fill;
      ctx.lineWidth = 1.6 * cy.scale();
      ctx.stroke();
    });
    var view = cy.map.getBounds();
    ctx.strokeStyle = push.look.selected.stroke;
    ctx.lineWidth = 1.6 * cy.scale();
    var x = f.x(view.getWest()), y = f.y(view.getNorth());
    ctx.strokeRect(x, y, Math.max(4, f.x(view.getEast()) - x), Math.max(4, f.y(view.getSouth()) - y));
  }

  function trace(ctx, f, nested, close) {
    ctx.beginPath();
    (function walk(part) {
      if (!part.length) return;
      if (part[0].lat === undefined) { part.forEach(walk); return; }
      part.forEach(function (p, i) { if (i) ctx.lineTo(f.x(p.lng), f.y(p.lat)); else ctx.moveTo(f.x(p.lng), f.y(p.lat)); });
      if (close) ctx.closePath();
    })(nested);
  }

  function polygons(ctx, f, list, fill, stroke, width) {
    (list || []).forEach(function (item) {
      trace(ctx, f, item.layer.getLatLngs(), true);
      if (fill) { ctx.fillStyle = fill; ctx.fill(); }
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width;
      ctx.stroke();
    });
  }

  // Where labels may not stand: in the corner that the page covers, and under the inset.
  cy.obstacles = function () {
    var corner = cy.options.corner, bottom = cy.map.getSize().y, scale = cy.scale();
    var covered = corner[0] ? [[0, bottom - corner[1] * scale, corner[0] * scale, bottom]] : [];
    return covered.concat(underInset());
  };

  cy.insetBox = function () { return inset ? [inset.box.offsetWidth, inset.box.offsetHeight] : null; };

  function underInset() {
    if (!inset) return [];
    var here = inset.box.getBoundingClientRect(), map = cy.map.getContainer().getBoundingClientRect();
    return [[here.left - map.left, here.top - map.top, here.right - map.left, here.bottom - map.top]];
  }
})();
