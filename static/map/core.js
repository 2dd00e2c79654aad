// Chengyuan map, core: state, data fetching, the view in the page's URL, clicks to Python.
// Loaded inside the map frame; text from the store is only ever shown through textContent or canvas fillText.
(function () {
  "use strict";
  var cy = (window.chengyuan = window.chengyuan || {});

  // `urls` are the layers asked for, `loaded` those that are drawn.
  cy.state = { push: null, text: null, flags: "", urls: {}, loaded: {}, failed: {} };
  var COMPOUNDS = "application/vnd.chengyuan.compounds";

  cy.parentWindow = function () {
    try {
      return window.parent.location.origin === window.location.origin ? window.parent : null;
    } catch (error) {
      return null;
    }
  };

  // The view lives in the page's URL; the map writes it itself, so that moving costs no rerun.
  cy.readView = function () {
    var parent = cy.parentWindow();
    if (!parent) return null;
    var text = new URLSearchParams(parent.location.search).get("view");
    var parts = (text || "").split(",").map(Number);
    if (parts.length !== 3 || parts.some(function (n) { return !isFinite(n); })) return null;
    return { lat: parts[0], lon: parts[1], zoom: parts[2] };
  };

  cy.writeView = function () {
    var parent = cy.parentWindow();
    if (!parent || !cy.map || !cy.options.urlView) return;
    var centre = cy.map.getCenter();
    var text = [centre.lat.toFixed(5), centre.lng.toFixed(5), cy.map.getZoom().toFixed(2)].join(",");
    var params = new URLSearchParams(parent.location.search);
    if (params.get("view") === text) return;
    params.set("view", text);
    var query = params.toString().replace(/%2C/g, ",");
    parent.history.replaceState(parent.history.state, "", parent.location.pathname + "?" + query);
  };

  // Hands a click to Python at once (the stock handler waits 250 ms and sends whole geometries).
  cy.send = function (kind, id) {
    cy.clicks = (cy.clicks || 0) + 1;
    var value = { last_active_drawing: { kind: kind, id: id, click: cy.clicks + "." + Date.now() } };
    var shared = window.__GLOBAL_DATA__;
    if (shared) {
      shared.last_active_drawing = value.last_active_drawing;
      shared.previous_data = value;
    }
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
  };

  // A full-screen picture grows with its screen: `fitScreen` is its scale at 1920 x 1080. What depends on the
  // zoom then follows the zoom that the picture would have at scale 1.
  cy.scale = function () { return ((cy.state.push && cy.state.push.scale) || 1) * (cy.growth || 1); };
  cy.zoom = function () { return cy.map.getZoom() - Math.log2(cy.scale()); };
  cy.dash = function (lengths) {
    return lengths && lengths.length ? lengths.map(function (n) { return n * cy.scale(); }).join(" ") : null;
  };

  function fitScreen() {
    var screen = cy.parentWindow() || window;
    cy.growth = cy.options.fitScreen ? Math.max(0.5, cy.options.fitScreen * Math.min(screen.innerWidth / 1920, screen.innerHeight / 1080)) : 1;
    document.documentElement.style.setProperty("--cy-scale", cy.growth);
  }

  // Tells the page that the picture stands, so that a full-screen page may show it only then.
  function tellPage(serial) {
    document.body.setAttribute("data-ready", String(serial));
    if (!cy.parentWindow() || !window.frameElement) return;
    window.frameElement.setAttribute("data-ready", String(serial));
    window.frameElement.setAttribute("data-far", cy.near() ? "0" : "1");
  }

  cy.notice = function (text) {
    var box = document.getElementById("cy-notice");
    if (!box) {
      box = document.createElement("div");
      box.id = "cy-notice";
      document.body.appendChild(box);
    }
    box.textContent = text || "";
    box.style.display = text ? "block" : "none";
  };

  function showFailures() {
    var names = Object.keys(cy.state.failed).map(function (layer) { return cy.state.failed[layer]; });
    cy.notice(names.length ? "图层没有取到：" + names.join("、") + "。请刷新页面；仍不行请联系管理员。" : "");
  }

  // Where a layer comes from: the app's own route, unless the page brings its layers along (file.js).
  cy.source = function (name, url) {
    return fetch("../../layers/" + name + "/" + url, { credentials: "same-origin" }).then(function (response) {
      var type = response.headers.get("content-type") || "", packed = type.indexOf(COMPOUNDS) === 0;
      if (response.status === 410) cy.send("stale", name);
      if (!response.ok || !(packed || type.indexOf("geo+json") >= 0)) throw new Error(response.status + " " + type);
      return packed ? response.arrayBuffer() : response.json();
    });
  };

  function fetchLayer(name, url) {
    if (cy.state.urls[name] === url) return Promise.resolve(false);
    cy.state.urls[name] = url;
    return cy.source(name, url)
      .then(function (data) {
        if (cy.state.urls[name] !== url) return false;
        if (name === "compound") cy.takeCompounds(data);
        else cy.build(name, data.features);
        cy.state.loaded[name] = url;
        delete cy.state.failed[name];
        return true;
      })
      .catch(function (error) {
        console.warn("layer", name, String(error));
        cy.state.failed[name] = cy.layerLabels[name] || name;
        delete cy.state.urls[name];
        return false;
      })
      .then(function (changed) { showFailures(); return changed; });
  }

  function switches(bits) {
    var on = {};
    cy.switches.forEach(function (name, place) { on[name] = bits.charAt(place) === "1"; });
    return on;
  }

  // The widget adds the same style element with every push; a screen that runs for weeks would drown in them.
  function dropRepeatedStyles() {
    var seen = {};
    document.head.querySelectorAll("style").forEach(function (node) {
      if (seen[node.textContent]) node.remove();
      seen[node.textContent] = true;
    });
  }

  function inflate(base64) {
    var bytes = Uint8Array.from(atob(base64), function (c) { return c.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  // Python's only way in: what to fetch and how to draw it. Pushes are applied in the order they came.
  var incoming = Promise.resolve();
  cy.push = function (base64) {
    incoming = incoming.then(function () { return inflate(base64); })
      .then(function (plain) { apply(base64, plain); })
      .catch(function (error) { console.error("push", error); cy.notice("地图没有更新，请刷新页面。"); });
  };

  // The first line is JSON, the second the flags of the compounds.
  function apply(base64, plain) {
    var line = plain.indexOf("\n"), flags = plain.slice(line + 1);
    var push = JSON.parse(plain.slice(0, line)), ground = cy.grounds[push.ground];
    push.look = ground.look;
    push.palette = ground.palettes[push.theme];
    push.on = switches(push.on);
    cy.state.push = push;
    cy.state.text = base64;
    cy.state.plain = plain;
    cy.state.flags = flags;
    dropRepeatedStyles();
    document.documentElement.classList.toggle("cy-dark", push.ground === "dark");
    if (!cy.map) return;
    cy.setBasemap(push.basemap);
    if (push.layers.compound === cy.state.loaded.compound) cy.setCodes(push, flags);
    var waiting = Object.keys(push.layers).map(function (name) { return fetchLayer(name, push.layers[name]); });
    cy.restyle();
    Promise.all(waiting).then(function (changed) {
      if (changed.some(Boolean)) cy.restyle();
      cy.focus(push.focus);
      cy.whenDrawn(function () { tellPage(push.serial || 1); });
    });
    cy.writeView();
  }

  // What is shown whole leaves room for the legend in the lower left corner.
  cy.fit = function (bounds, animate) {
    var room = cy.options.legendRoom || 0;
    cy.map.fitBounds(bounds, { animate: Boolean(animate), paddingTopLeft: [room, 8], paddingBottomRight: [8, 8] });
  };

  function goHome() { cy.fit(cy.options.home, false); }
  cy.goHome = goHome;

  // The frame gets its final size after the style sheets; until a person moves the map, the first view is kept.
  function followSize(map, home, options) {
    var untouched = Boolean(home);
    map.on("mousedown wheel zoomstart", function (event) { if (event.originalEvent) untouched = false; });
    map.getContainer().addEventListener("wheel", function () { untouched = false; }, { passive: true });
    new ResizeObserver(function () {
      fitScreen();
      map.invalidateSize({ animate: false, pan: !untouched });
      if (untouched && !(cy.state.push && cy.state.push.focus)) goHome();
      else if (untouched && options.fitScreen) cy.focus(cy.state.push.focus, true);
    }).observe(map.getContainer());
  }

  cy.mount = function (map, options) {
    cy.map = map;
    cy.options = options;
    fitScreen();
    cy.setupPanes();
    cy.setupCompounds();
    cy.setupLabels();
    cy.setupControls();
    var view = options.urlView ? cy.readView() : null;
    if (view) map.setView([view.lat, view.lon], view.zoom, { animate: false });
    else goHome();
    map.on("moveend", cy.writeView);
    map.on("zoomend", cy.styleLayers);
    map.on("click", function (event) {
      var i = cy.compoundAt(event.latlng);
      cy.clicked(i < 0 ? null : { kind: "compound", id: cy.compounds.ids[i] });
    });
    followSize(map, view ? null : options.home, options);
    if (cy.state.text) apply(cy.state.text, cy.state.plain);
  };
})();
