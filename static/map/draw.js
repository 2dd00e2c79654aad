// Chengyuan map, drawing: panes, patterns, one drawing per stored layer, restyling from the pushed codes.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var NEAR_ZOOM = 14;
  var PANES = {
    base: 300, streets: 305, roads: 310, zones: 320, areas: 330, compounds: 400, wall: 420, district: 425, select: 430
  };
  var groups = {};
  var items = {};
  var lastFocus = null;

  cy.near = function () { return cy.zoom() >= NEAR_ZOOM; };
  cy.items = items;

  cy.setupPanes = function () {
    Object.keys(PANES).forEach(function (name) {
      var pane = cy.map.createPane("cy-" + name);
      pane.style.zIndex = PANES[name];
      pane.style.pointerEvents = "none";
      groups[name] = { renderer: L.canvas({ pane: "cy-" + name, padding: 0.3, tolerance: 3 }) };
    });
  };

  function setInteractive(name, on) {
    var renderer = groups[name].renderer;
    if (renderer._container) renderer._container.style.pointerEvents = on ? "auto" : "none";
  }

  // ---- patterns -------------------------------------------------------------------------------------------
  var patterns = {};

  function pattern(symbol) {
    var key = [symbol.pattern, symbol.fill, symbol.stroke, symbol.opacity, symbol.ground, Math.round(cy.scale())].join("|");
    if (patterns[key]) return patterns[key];
    var size = 8, grain = Math.max(1, Math.round(cy.scale()));
    var tile = document.createElement("canvas");
    tile.width = tile.height = size * grain;
    var ctx = tile.getContext("2d");
    ctx.scale(grain, grain);
    ctx.fillStyle = symbol.fill;
    ctx.globalAlpha = symbol.ground === undefined ? 1 : symbol.ground;
    ctx.fillRect(0, 0, size, size);
    ctx.globalAlpha = symbol.ground === undefined ? 1 : symbol.opacity;
    window.chengyuanPattern(ctx, symbol);
    patterns[key] = groups.base.renderer._ctx
      ? groups.base.renderer._ctx.createPattern(tile, "repeat")
      : tile.getContext("2d").createPattern(tile, "repeat");
    return patterns[key];
  }

  cy.areaStyle = function (symbol) {
    var style = {
      color: symbol.stroke, weight: symbol.width * cy.scale(), opacity: 1, fill: true, dashArray: cy.dash(symbol.dash)
    };
    if (symbol.pattern === "none") { style.fillColor = symbol.fill; style.fillOpacity = symbol.opacity; }
    else if (symbol.pattern === "empty") { style.fillColor = symbol.fill.slice(0, 7); style.fillOpacity = symbol.fill.length > 7 ? 0 : symbol.opacity * 0.6; }
    else { style.fillColor = pattern(symbol); style.fillOpacity = symbol.ground === undefined ? symbol.opacity : 1; }
    return style;
  };

  function overlay(symbol) { return Object.assign({}, symbol, { ground: 0 }); }

  // ---- building layers ------------------------------------------------------------------------------------
  function latlngs(geometry) {
    return L.GeoJSON.coordsToLatLngs(geometry.coordinates, geometry.type === "MultiPolygon" ? 2 : 1);
  }

  function reset(name) {
    if (groups[name].layer) cy.map.removeLayer(groups[name].layer);
    groups[name].layer = L.layerGroup([]);
  }

  // Lines of text as an element; the first is the heading.
  cy.lines = function (rows) {
    var box = document.createElement("div");
    rows.forEach(function (text, index) {
      var line = document.createElement(index ? "div" : "strong");
      line.textContent = text;
      box.appendChild(line);
    });
    return box;
  };

  function tip(layer, rows) {
    layer.bindTooltip(function () { return cy.lines(rows()); }, { sticky: true, direction: "top", offset: [0, -6], className: "cy-tip", opacity: 1 });
  }

  function click(layer, kind, id) {
    layer.on("click", function (event) {
      L.DomEvent.stopPropagation(event);
      if (!cy.measuring) cy.clicked({ kind: kind, id: id });
    });
  }

  cy.clicked = function (target) {
    if (cy.measuring) return;
    if (!target) {
      if (cy.state.push && cy.state.push.selected) cy.send("none", "");
      return;
    }
    var id = target.kind === "compound" ? nextAt(target.id) : target.id;
    if (target.kind === "street") cy.zoomTo("street_office", id);
    else cy.select(id);
    cy.send(target.kind, id);
  };

  // Several compounds may be known to lie within one and the same circle: clicking again goes round them.
  function nextAt(id) {
    var here = cy.compoundPlace(id);
    if (here < 0 || !cy.isUncertain(cy.compounds, here)) return id;
    var same = cy.sharing(here).map(function (i) { return cy.compounds.ids[i]; });
    return same[(same.indexOf(cy.state.push.selected) + 1) % same.length];
  }

  var builders = {
    basemap_line: function (features) {
      reset("roads");
      items.roads = [];
      features.forEach(function (feature) {
        var line = latlngs(feature.geometry);
        ["casing", "fill"].forEach(function (part) {
          var layer = L.polyline(line, { renderer: groups.roads.renderer, interactive: false, lineCap: "round" });
          items.roads.push({ feature: feature, layer: layer, part: part });
        });
      });
      items.roads.sort(function (a, b) { return a.part < b.part ? -1 : a.part > b.part ? 1 : 0; });
      items.roads.forEach(function (item) { groups.roads.layer.addLayer(item.layer); });
    },
    heritage_line: function (features) {
      reset("wall");
      items.wall = [];
      var order = { other: 0, circuit: 1, surviving_wall: 2 };
      features.slice().sort(function (a, b) { return order[a.properties.kind] - order[b.properties.kind]; })
        .forEach(function (feature) {
          ["casing", "fill"].forEach(function (part) {
            if (part === "casing" && feature.properties.kind !== "surviving_wall") return;
            var layer = L.polyline(latlngs(feature.geometry), { renderer: groups.wall.renderer, interactive: false, lineCap: "butt" });
            items.wall.push({ feature: feature, layer: layer, part: part });
            groups.wall.layer.addLayer(layer);
          });
        });
    },
    heritage_zone: function (features) { areas("zones", features, "zones"); },
    reference_area: function (features) { areas("base", features, "reference"); },
    renewal_area: function (features) { areas("areas", features, "areas"); },
    district: function (features) { areas("district", features, "district"); cy.buildInset(); },
    street_office: function (features) {
      areas("streets", features, "streets");
      items.streets.forEach(function (item) {
        var id = item.feature.properties.id;
        tip(item.layer, function () { return cy.streetTip(id, item.feature.properties.name); });
        click(item.layer, "street", id);
      });
      cy.buildInset();
    }
  };

  function areas(pane, features, name) {
    reset(pane);
    items[name] = features.filter(function (feature) { return feature.geometry; }).map(function (feature) {
      var interactive = name === "streets";
      var layer = L.polygon(latlngs(feature.geometry), { renderer: groups[pane].renderer, interactive: interactive });
      groups[pane].layer.addLayer(layer);
      return { feature: feature, layer: layer };
    });
  }

  cy.build = function (name, features) { if (builders[name]) builders[name](features); };

  // ---- texts ----------------------------------------------------------------------------------------------
  cy.compoundTip = function (i) {
    var c = cy.compounds, symbol = cy.symbolOf(i), households = cy.householdsOf(c, i), reach = cy.uncertaintyOf(c, i);
    var rows = [c.names[i], symbol ? symbol.label : ""];
    rows.push(households === null ? "户数：暂无数据" : "户数：" + households);
    if (cy.held(i)) rows.push("◇ 涉文物待批");
    if (cy.isUncertain(c, i)) rows.push(reach === null ? "位置不确定（不确定度不详），无边界" : "位置不确定 ±" + reach + " m，无边界");
    return rows;
  };

  cy.streetTip = function (id, name) {
    var street = cy.street(id);
    if (!street) return [name];
    if (!street.inTotals && !cy.state.push.coverage) return [name, "不计入全区合计"];
    var share = street.known ? (street.started / street.known * 100).toFixed(1) + "%" : "—";
    if (cy.state.push.coverage) {
      return [name, cy.state.push.coverage + "：" + share + "（" + street.started + " / " + street.known + " 个楼院）"];
    }
    var lacking = street.missing ? "（另 " + street.missing + " 个楼院不详）" : "";
    return [
      name, street.estates + " 个小区 / " + street.compounds + " 个楼院",
      "户数：" + (street.households === null ? "—" : street.households.toLocaleString("en")) + lacking,
      "楼院开工占比：" + share + "（" + street.started + "/" + street.known + "）"
    ];
  };

  // Reads the compact row that Python pushes for a street office; none while the offices drawn are of another revision.
  cy.street = function (id) {
    if (cy.state.loaded.street_office !== cy.state.push.layers.street_office) return undefined;
    var place = (items.streets || []).findIndex(function (item) { return item.feature.properties.id === id; });
    var row = cy.state.push.streets[place];
    return row && {
      inTotals: row[0] === 1, step: row[1], households: row[2], missing: row[3],
      estates: row[4], compounds: row[5], started: row[6], known: row[7]
    };
  };

  // ---- styling --------------------------------------------------------------------------------------------
  function show(name, on) {
    var layer = groups[name].layer;
    if (!layer) return;
    if (on && !cy.map.hasLayer(layer)) cy.map.addLayer(layer);
    if (!on && cy.map.hasLayer(layer)) cy.map.removeLayer(layer);
  }

  function scaleWidth(width) {
    return width * Math.max(0.55, Math.min(1.6, Math.pow(1.32, cy.zoom() - 15.5))) * cy.scale();
  }

  function styleRoads(look) {
    (items.roads || []).forEach(function (item) {
      var symbol = look.roads[item.feature.properties.road_class];
      var width = scaleWidth(symbol.width), far = !cy.near();
      item.layer.setStyle(item.part === "casing"
        ? { color: symbol.stroke, weight: width + 1.4, opacity: far ? 0 : 1 }
        : { color: symbol.fill, weight: far ? 1 : width, opacity: far ? 0.45 : 1 });
    });
  }

  function styleWall(look) {
    (items.wall || []).forEach(function (item) {
      var symbol = look.wall[item.feature.properties.kind];
      var width = scaleWidth(symbol.width);
      item.layer.setStyle({
        color: item.part === "casing" ? symbol.stroke : symbol.fill, weight: item.part === "casing" ? width + 1.6 : width,
        opacity: symbol.opacity, dashArray: cy.dash(symbol.dash)
      });
    });
  }

  function styleAreas(look) {
    (items.zones || []).forEach(function (item) { item.layer.setStyle(cy.areaStyle(overlay(look.zones[item.feature.properties.zone_class]))); });
    (items.reference || []).forEach(function (item) { item.layer.setStyle(cy.areaStyle(look.reference)); });
    (items.areas || []).forEach(function (item) { item.layer.setStyle(cy.areaStyle(look.area)); });
    (items.district || []).forEach(function (item) { item.layer.setStyle(Object.assign(cy.areaStyle(look.district), { fill: false })); });
  }

  function styleStreets(push) {
    var far = !cy.near();
    (items.streets || []).forEach(function (item) {
      var street = cy.street(item.feature.properties.id);
      var symbol = push.look.street;
      if (street && !street.inTotals && !push.coverage) symbol = push.look.outside;
      else if (push.coverage && street) symbol = street.step === null ? push.look.coverageUnknown : push.look.coverage[street.step];
      else if (far && street) symbol = street.step === null ? push.look.missing : push.look.steps[street.step];
      var style = cy.areaStyle(symbol.pattern === "none" || push.coverage ? symbol : overlay(symbol));
      if (!far && !push.coverage && symbol.pattern === "none") style.fillOpacity = 0;
      style.dashArray = cy.dash(push.look.street.dash);
      style.color = push.look.street.stroke;
      item.layer.setStyle(style);
    });
    highlight(push);
    setInteractive("streets", far);
  }

  // The street office that the picture is about: its outline solid and bright.
  function highlight(push) {
    var symbol = push.look.highlight;
    (items.streets || []).forEach(function (item) {
      if (item.feature.properties.id !== push.highlight) return;
      item.layer.setStyle({ color: symbol.stroke, weight: symbol.width * cy.scale(), dashArray: null });
      item.layer.bringToFront();
    });
  }

  cy.restyle = function () {
    cy.styleLayers();
    cy.drawCompounds();
  };

  cy.styleLayers = function () {
    var push = cy.state.push;
    if (!push || !push.look) return;
    var on = push.on;
    show("roads", on.roads);
    show("wall", on.wall);
    show("zones", on.zones);
    show("base", on.reference);
    show("areas", on.areas);
    show("district", true);
    show("streets", true);
    styleRoads(push.look);
    styleWall(push.look);
    styleAreas(push.look);
    styleStreets(push);
    drawSelection(push.selected);
    cy.drawLabels();
    if (cy.styleInset) cy.styleInset();
  };

  // ---- selection and focus --------------------------------------------------------------------------------
  function drawSelection(id) {
    if (groups.select.layer) cy.map.removeLayer(groups.select.layer);
    var i = id ? cy.compoundPlace(id) : -1;
    if (i < 0) return;
    var symbol = cy.state.push.look.selected;
    var options = { renderer: groups.select.renderer, interactive: false, fill: false, color: symbol.stroke, weight: symbol.width * cy.scale() };
    var halo = Object.assign({}, options, { color: cy.state.push.look.halo, weight: (symbol.width + 4) * cy.scale(), opacity: 0.9 });
    groups.select.layer = L.layerGroup([
      cy.compoundOutline(i, halo), cy.compoundOutline(i, options)
    ]).addTo(cy.map);
  }

  cy.select = function (id) {
    cy.state.push.selected = id;
    drawSelection(id);
    cy.drawLabels();
  };

  function fit(bounds, closest) {
    var most = closest + Math.log2(cy.scale()), room = 30 * cy.scale();
    cy.map.fitBounds(bounds, { padding: [room, room], maxZoom: most, animate: cy.options.animate });
  }

  // The compounds that the picture is about, else their street office.
  function zoomToMarked(id) {
    var c = cy.compounds, known = [];
    for (var i = 0; c && cy.coded && cy.coded.marked && i < c.count; i++) {
      if (!cy.isUncertain(c, i) && cy.marked(i)) known.push(i);
    }
    if (!known.length) { cy.zoomTo("street_office", id); return; }
    var bounds = known.reduce(function (all, i) { return all.extend(cy.compoundBounds(i)); }, L.latLngBounds([]));
    fitBesideInset(bounds, known.length < 8 ? 15.9 : 16.5);
  }

  // Leaves free either the strip below the inset or the one left of it, whichever shows more.
  function fitBesideInset(bounds, closest) {
    var room = 30 * cy.scale(), box = (cy.insetBox && cy.insetBox()) || [0, 0], most = closest + Math.log2(cy.scale());
    var ways = [[room + box[0], room], [room, room + box[1]]];
    var zooms = ways.map(function (way) { return cy.map.getBoundsZoom(bounds, false, L.point(way[0] + room, way[1] + room)); });
    var way = ways[zooms[1] > zooms[0] ? 1 : 0];
    cy.map.fitBounds(bounds, {
      paddingTopLeft: [room, way[1]], paddingBottomRight: [way[0], room], maxZoom: most, animate: cy.options.animate
    });
  }

  cy.zoomTo = function (layer, id) {
    if (layer === "marked") { zoomToMarked(id); return; }
    if (layer === "compound") {
      var i = cy.compoundPlace(id);
      if (i >= 0) fit(cy.compoundBounds(i), 17);
      return;
    }
    (items.streets || []).forEach(function (item) {
      if (item.feature.properties.id === id) fit(item.layer.getBounds(), 16.5);
    });
  };

  // Zooms only when Python names a new place; moving about afterwards stays with the person.
  cy.focus = function (focus, again) {
    if (!focus) return;
    var key = focus.layer + "/" + focus.id + "/" + focus.serial;
    if ((key === lastFocus) !== Boolean(again)) return;
    lastFocus = key;
    if (focus.layer === "home") cy.goHome();
    else cy.zoomTo(focus.layer, focus.id);
  };

  // ---- basemap --------------------------------------------------------------------------------------------
  var basemap = null, basemapKey = "";

  cy.setBasemap = function (spec) {
    var key = JSON.stringify(spec || null);
    if (key === basemapKey) return;
    basemapKey = key;
    if (basemap) cy.map.removeLayer(basemap);
    basemap = null;
    if (!spec) return;
    basemap = L.tileLayer(spec.url, { maxNativeZoom: spec.maxZoom, maxZoom: 20, attribution: spec.attribution });
    basemap.on("tileerror", function () { cy.notice("底图不可用：" + spec.name + "。其余图层照常。"); });
    basemap.addTo(cy.map);
  };
})();
