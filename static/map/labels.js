// Chengyuan map, labels: one canvas, names and status marks placed by priority, never over one another.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var canvas, ctx, boxes, ink;

  cy.setupLabels = function () {
    var pane = cy.map.createPane("cy-labels");
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    canvas = L.DomUtil.create("canvas", "cy-labels leaflet-zoom-hide", pane);
    ctx = canvas.getContext("2d");
    cy.map.on("moveend zoomend resize viewreset", cy.drawLabels);
    if (document.fonts && document.fonts.addEventListener) document.fonts.addEventListener("loadingdone", cy.drawLabels);
  };

  function free(x, y, w, h) {
    var box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
    var size = cy.map.getSize();
    if (box[0] < 2 || box[1] < 2 || box[2] > size.x - 2 || box[3] > size.y - 2) return false;
    var clash = boxes.some(function (b) { return box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]; });
    if (!clash) boxes.push(box);
    return !clash;
  }

  function write(text, x, y, style) {
    var scale = cy.scale();
    var size = style.size * scale;
    ctx.font = (style.weight || 400) + " " + size + 'px "Chengyuan Sans", "Chengyuan Sans Full", sans-serif';
    if ("letterSpacing" in ctx) ctx.letterSpacing = (style.spacing || 0) * scale + "px";
    var width = ctx.measureText(text).width, height = size * 1.25;
    var turn = style.angle || 0;
    var w = Math.abs(width * Math.cos(turn)) + Math.abs(height * Math.sin(turn));
    var h = Math.abs(width * Math.sin(turn)) + Math.abs(height * Math.cos(turn));
    if (!free(x, y, w, h)) return false;
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(turn);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = (style.halo || 3) * scale;
    ctx.strokeStyle = ink.halo;
    ctx.strokeText(text, 0, 0);
    ctx.fillStyle = style.colour || ink.text;
    ctx.fillText(text, 0, 0);
    ctx.restore();
    return true;
  }

  // ---- marks ----------------------------------------------------------------------------------------------
  var shapes = {
    disc: function (r) { ctx.arc(0, 0, r, 0, 7); ctx.fill(); },
    ring: function (r) { ctx.arc(0, 0, r * 0.85, 0, 7); ctx.stroke(); },
    half: function (r) { ctx.arc(0, 0, r * 0.9, 0, 7); ctx.stroke(); ctx.beginPath(); ctx.arc(0, 0, r * 0.9, -Math.PI / 2, Math.PI / 2); ctx.fill(); },
    quarter: function (r) { ctx.arc(0, 0, r * 0.9, 0, 7); ctx.stroke(); ctx.beginPath(); ctx.moveTo(0, 0); ctx.arc(0, 0, r * 0.9, -Math.PI / 2, 0); ctx.fill(); },
    triangle: function (r) { ctx.moveTo(0, -r); ctx.lineTo(r, r * 0.8); ctx.lineTo(-r, r * 0.8); ctx.closePath(); ctx.fill(); },
    square: function (r) { ctx.fillRect(-r * 0.8, -r * 0.8, r * 1.6, r * 1.6); },
    target: function (r) { ctx.arc(0, 0, r * 0.9, 0, 7); ctx.stroke(); ctx.beginPath(); ctx.arc(0, 0, r * 0.45, 0, 7); ctx.fill(); },
    diamond: function (r) { ctx.moveTo(0, -r); ctx.lineTo(r, 0); ctx.lineTo(0, r); ctx.lineTo(-r, 0); ctx.closePath(); ctx.stroke(); },
    bars: function (r) { ctx.fillRect(-r * 0.7, -r * 0.8, r * 0.45, r * 1.6); ctx.fillRect(r * 0.25, -r * 0.8, r * 0.45, r * 1.6); },
    cross: function (r) { ctx.moveTo(-r * 0.8, -r * 0.8); ctx.lineTo(r * 0.8, r * 0.8); ctx.moveTo(r * 0.8, -r * 0.8); ctx.lineTo(-r * 0.8, r * 0.8); ctx.stroke(); },
    question: function (r) { ctx.font = "700 " + r * 2.2 + "px sans-serif"; ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.fillText("?", 0, 0); }
  };

  function mark(shape, x, y, r, colour) {
    ctx.save();
    ctx.translate(x, y);
    ctx.fillStyle = ink.halo;
    ctx.globalAlpha = 0.92;
    ctx.beginPath();
    ctx.arc(0, 0, r + 2.5 * cy.scale(), 0, 7);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.fillStyle = ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(1.2, r * 0.3);
    ctx.beginPath();
    shapes[shape](r);
    ctx.restore();
  }

  // Where a compound's mark and name stand, in the view.
  function spot(i, f) { return { x: cy.compounds.px[i] * f.k - f.x, y: cy.compounds.py[i] * f.k - f.y }; }

  function extent(i, f) {
    var c = cy.compounds, w = (c.x1[i] - c.x0[i]) * f.k;
    return { w: w, least: Math.min(w, (c.y1[i] - c.y0[i]) * f.k) };
  }

  function compoundMarks(push, scale, list, f) {
    var zoom = cy.zoom(), c = cy.compounds;
    var radius = (zoom >= 16 ? 4.2 : 3.2) * scale;
    list.forEach(function (i) {
      if (!cy.marked(i)) return;
      var symbol = cy.symbolOf(i), point = spot(i, f), uncertain = cy.isUncertain(c, i);
      if (cy.coded.marked && !cy.near()) {
        if (!cy.coded.crowd) farMark(point, symbol, i, push);
        return;
      }
      if (cy.alarmed(i)) mark("square", point.x - radius * 3, point.y, radius, push.look.alarm.stroke);
      if (!uncertain && Math.round(extent(i, f).least) < 18 * scale) return;
      if (zoom >= 15.5 || uncertain) mark(symbol.shape, point.x, point.y, radius, symbol.stroke);
      if (cy.held(i) && push.on.hold && zoom >= 15.5) mark("diamond", point.x + radius * 3, point.y, radius, push.look.hold.stroke);
    });
  }

  // From afar the compounds that the picture is about are marks, as large as a finger.
  function farMark(point, symbol, i, push) {
    var radius = 7 * cy.scale();
    mark(symbol.shape, point.x, point.y, radius, symbol.stroke);
    if (cy.alarmed(i)) mark("square", point.x + radius * 2.2, point.y, radius * 0.8, push.look.alarm.stroke);
    boxes.push([point.x - radius, point.y - radius, point.x + radius, point.y + radius]);
  }

  function shortName(name) {
    var parts = name.split(/[·・]/);
    return parts[parts.length - 1];
  }

  function compoundNames(push, list, f) {
    var zoom = cy.zoom(), c = cy.compounds, selected = push.selected ? cy.compoundPlace(push.selected) : -1;
    list.forEach(function (i) {
      if (!cy.marked(i)) return;
      var named = i === selected, chosen = named || Boolean(cy.coded.marked && cy.alarmed(i));
      var uncertain = cy.isUncertain(c, i);
      if (cy.coded.marked && !chosen && !uncertain) return;
      if (!chosen && !uncertain && (zoom < 16.4 || extent(i, f).w < 44 * cy.scale())) return;
      if (uncertain && zoom < 14.6 && !chosen) return;
      var point = spot(i, f), name = named ? c.names[i] : shortName(c.names[i]);
      if (uncertain && !chosen && cy.sharing(i).length > 1) name += " 等" + cy.sharing(i).length + "院";
      write(name.length > 22 ? name.slice(0, 21) + "…" : name, point.x, point.y + 14 * cy.scale(), { size: chosen ? 13 : 11, weight: chosen ? 700 : 500 });
    });
  }

  // ---- streets, roads, wall -------------------------------------------------------------------------------
  function streetLabels(push) {
    var far = !cy.near(), growth = symbolGrowth();
    (cy.items.streets || []).slice().sort(function (a, b) { return area(a) - area(b); }).forEach(function (item) {
      var properties = item.feature.properties;
      var street = cy.street(properties.id);
      var point = cy.map.latLngToContainerPoint([properties.lat, properties.lon]);
      var scale = cy.scale();
      if (far && street && push.on.symbols) {
        var r = street.households === null ? 5 : 4 + Math.sqrt(street.households) * growth;
        if (street.inTotals && !push.highlight) householdSymbol(point, r * scale, street, push);
        write(properties.name.replace("街道", ""), point.x, point.y + r * scale + 11 * scale, { size: 12, weight: 700 });
      } else if (push.coverage && street) {
        var share = street.known ? " " + Math.round(street.started / street.known * 100) + "%" : " —";
        write(properties.name.replace("街道", "") + share, point.x, point.y, { size: 12, weight: 700 });
      } else if (!far && properties.id !== push.highlight) {
        beside(properties.name, item.layer.getLatLngs(), point, { size: 15, weight: 700, spacing: 5, colour: ink.faint, halo: 4 });
      }
    });
  }

  // Area stands for households; the largest circle of a large register stays as wide as a name.
  function symbolGrowth() {
    var most = (cy.items.streets || []).reduce(function (most, item) {
      var street = cy.street(item.feature.properties.id);
      return street && street.inTotals ? Math.max(most, street.households || 0) : most;
    }, 0);
    return Math.min(1 / 6, 22 / Math.sqrt(most || 1));
  }

  // Over the point, or at the nearest place in the same polygon where nothing stands.
  var ASIDE = [];
  for (var across = -6; across <= 6; across++) for (var down = -8; down <= 8; down++) ASIDE.push([across * 45, down * 30]);
  ASIDE.sort(function (a, b) { return Math.hypot(a[0], a[1]) - Math.hypot(b[0], b[1]); });

  function beside(text, rings, point, style) {
    ASIDE.some(function (step) {
      var x = point.x + step[0] * cy.scale(), y = point.y + step[1] * cy.scale();
      return inside(rings, x, y) && write(text, x, y, style);
    });
  }

  function inside(nested, x, y) {
    if (nested[0].lat === undefined) return nested.some(function (part) { return part.length && inside(part, x, y); });
    var hit = false, points = nested.map(function (at) { return cy.map.latLngToContainerPoint(at); });
    points.forEach(function (a, i) {
      var b = points[(i + 1) % points.length];
      if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) hit = !hit;
    });
    return hit;
  }

  // Names of street offices keep clear of the compounds and of the wall.
  function keepWallClear() {
    var half = 10 * cy.scale();
    (cy.items.wall || []).forEach(function (item) {
      (function walk(part) {
        if (!part.length || part[0].lat === undefined) { part.forEach(walk); return; }
        var points = part.map(function (at) { return cy.map.latLngToContainerPoint(at); });
        for (var i = 1; i < points.length; i++) {
          var steps = Math.min(200, Math.ceil(points[i].distanceTo(points[i - 1]) / (2 * half)));
          for (var k = 0; k <= steps; k++) {
            var x = points[i - 1].x + (points[i].x - points[i - 1].x) * k / (steps || 1);
            var y = points[i - 1].y + (points[i].y - points[i - 1].y) * k / (steps || 1);
            boxes.push([x - half, y - half, x + half, y + half]);
          }
        }
      })(item.layer.getLatLngs());
    });
  }

  function keepCompoundsClear(list, f) {
    var c = cy.compounds, least = 12 * cy.scale();
    list.forEach(function (i) {
      if (cy.isUncertain(c, i) || extent(i, f).w < least) return;
      boxes.push([c.x0[i] * f.k - f.x, c.y0[i] * f.k - f.y, c.x1[i] * f.k - f.x, c.y1[i] * f.k - f.y]);
    });
  }

  function area(item) {
    var bounds = item.layer.getBounds();
    return (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
  }

  function householdSymbol(point, r, street, push) {
    boxes.push([point.x - r, point.y - r, point.x + r, point.y + r]);
    ctx.save();
    ctx.beginPath();
    ctx.arc(point.x, point.y, r, 0, 7);
    ctx.globalAlpha = 0.82;
    ctx.fillStyle = street.households === null ? ink.halo : push.look.series.fill;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.2 * cy.scale();
    ctx.strokeStyle = push.look.series.stroke;
    if (street.households === null) ctx.setLineDash([3, 2]);
    ctx.stroke();
    ctx.restore();
  }

  function lineLabels(list, style, name) {
    var done = {};
    (list || []).forEach(function (item) {
      if (item.part === "casing") return;
      var text = name(item.feature);
      if (!text || done[text]) return;
      var best = longest(item.layer.getLatLngs(), text.length * style.size * 1.35 * cy.scale());
      if (!best) return;
      var angle = Math.atan2(best[1].y - best[0].y, best[1].x - best[0].x);
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      var shift = (style.shift || 0) * cy.scale();
      var x = (best[0].x + best[1].x) / 2 - Math.sin(angle) * shift, y = (best[0].y + best[1].y) / 2 + Math.cos(angle) * shift;
      done[text] = write(text, x, y, Object.assign({ angle: angle }, style));
    });
  }

  function longest(latlngs, least) {
    var size = cy.map.getSize(), frame = L.bounds([0, 0], [size.x, size.y]), best = null, length = least;
    (Array.isArray(latlngs[0]) ? latlngs : [latlngs]).forEach(function (line) {
      for (var i = 1; i < line.length; i++) {
        var clipped = L.LineUtil.clipSegment(cy.map.latLngToContainerPoint(line[i - 1]), cy.map.latLngToContainerPoint(line[i]), frame);
        if (!clipped) continue;
        var d = clipped[0].distanceTo(clipped[1]);
        if (d > length) { length = d; best = clipped; }
      }
    });
    return best;
  }

  cy.drawLabels = function () {
    var push = cy.state.push;
    if (!ctx || !push || !push.look || !cy.map) return;
    var size = cy.map.getSize(), ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, cy.map.containerPointToLayerPoint([0, 0]));
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    ctx.scale(ratio, ratio);
    boxes = (cy.obstacles ? cy.obstacles() : []);
    ink = push.look;
    var zoom = cy.zoom(), scale = cy.scale();
    var list = push.on.compounds ? cy.inView(0).filter(cy.isShown) : [], f = cy.viewFrame();
    if (cy.near() || (cy.coded && cy.coded.marked)) compoundMarks(push, scale, list, f);
    if (push.on.wall && zoom >= 13.6) {
      lineLabels((cy.items.wall || []).filter(function (i) { return i.feature.properties.kind === "circuit"; }),
        { size: 13, weight: 700, spacing: 4, colour: push.look.wallText, shift: 15, halo: 4 },
        function (feature) { return feature.properties.name; });
    }
    if (cy.near()) compoundNames(push, list, f);
    if (push.on.roads && zoom >= 14.3) {
      lineLabels(cy.items.roads, { size: 11, spacing: 2, colour: push.look.muted, halo: 3 }, function (feature) { return feature.properties.name; });
    }
    if (push.on.wall && cy.near()) keepWallClear();
    if (cy.near()) keepCompoundsClear(list, f);
    streetLabels(push);
    if (push.on.zones && zoom >= 15 && cy.options.controls) zoneLabels(push);
  };

  function zoneLabels(push) {
    (cy.items.zones || []).forEach(function (item) {
      var properties = item.feature.properties;
      var point = cy.map.latLngToContainerPoint([properties.lat, properties.lon]);
      beside(properties.name, item.layer.getLatLngs(), point, { size: 11, weight: 500, colour: push.look.zones[properties.zone_class].stroke, halo: 3 });
    });
  }
})();
