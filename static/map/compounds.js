// Chengyuan map, compounds: one canvas that draws what is in view, in slices, and takes the place of the former
// picture only when it is finished. The former picture is moved and scaled meanwhile, so nothing ever flashes.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var PADDING = 0.25;   // of the view on each side, drawn ahead for moving the map
  var SLICE_MS = 24;    // a person's gesture never waits longer for a slice
  var SMALL_PX = 9;     // a smaller boundary is a plain spot of its colour: outlines would be grey noise
  var BATCH = 48;       // small spots of one colour filled as one path
  var CROWD = 300;      // so many large marks would hide one another
  var NOBODY = 255;
  var pane, picture = null, spare = null, job = null, waiting = [], tip = null, hovered = -1;

  cy.compounds = null;  // the unpacked register
  cy.coded = null;      // the codes that belong to it: never those of another revision
  cy.picture = null;    // number of the picture that stands, and how many boundaries and circles it holds

  cy.setupCompounds = function () {
    pane = cy.map.getPane("cy-compounds");
    tip = L.tooltip({ direction: "top", offset: [0, -6], className: "cy-tip", opacity: 1 });
    cy.map.on("zoomanim", function (event) { place(picture, event.center, event.zoom); });
    cy.map.on("zoom viewreset", function () { place(picture, cy.map.getCenter(), cy.map.getZoom()); });
    cy.map.on("moveend", function () { if (!covers()) cy.drawCompounds(); });
    cy.map.on("mousemove", hover);
    cy.map.on("mouseout movestart zoomstart", function () { cy.openTip(-1); });
  };

  // Shapes of a new revision take the place of the former ones together with their codes.
  cy.takeCompounds = function (buffer) {
    var taken = cy.unpack(buffer), former = cy.compounds;
    cy.compounds = taken;
    try {
      cy.setCodes(cy.state.push, cy.state.flags);
    } catch (error) {
      cy.compounds = former;
      throw error;
    }
    cy.openTip(-1);
  };

  // ---- codes ------------------------------------------------------------------------------------------------
  // One character per compound: a digit is its place in the palette, a letter the same under the heritage hold.
  cy.setCodes = function (push, flags) {
    var parts = flags.split("|"), codes = parts[0], n = codes.length;
    if (n !== (cy.compounds ? cy.compounds.count : 0)) throw new Error(n + " codes do not fit the compounds");
    var coded = { text: codes, palette: push.palette, symbol: new Uint8Array(n), hold: new Uint8Array(n) };
    for (var i = 0; i < n; i++) {
      var code = codes.charCodeAt(i);
      coded.hold[i] = code >= 97 ? 1 : 0;
      coded.symbol[i] = code === 46 ? NOBODY : code >= 97 ? code - 97 : code - 48;
    }
    coded.alarm = bits(parts[1]);
    coded.marked = bits(parts[2]);
    coded.crowd = Boolean(coded.marked) && coded.marked.reduce(function (sum, one) { return sum + one; }, 0) > CROWD;
    cy.coded = coded;
  };

  function bits(text) {
    return text ? Uint8Array.from(text, function (c) { return c === "1" ? 1 : 0; }) : null;
  }

  cy.symbolOf = function (i) { return cy.coded && cy.coded.palette[cy.coded.symbol[i]]; };
  cy.isShown = function (i) { return Boolean(cy.symbolOf(i)); };
  cy.held = function (i) { return cy.coded.hold[i] === 1; };
  // Whether the picture is about this compound (all are, unless Python marked some).
  cy.marked = function (i) { return !cy.coded.marked || cy.coded.marked[i] === 1; };
  cy.alarmed = function (i) { return Boolean(cy.coded.alarm) && cy.coded.alarm[i] === 1; };

  // ---- where things are ---------------------------------------------------------------------------------------
  // Scale and corner of the view in world pixels: container x = world x * k - x.
  cy.viewFrame = function () {
    var corner = cy.map.getPixelBounds().min;
    return { k: Math.pow(2, cy.map.getZoom()), x: corner.x, y: corner.y };
  };

  // Compounds whose box touches the view, widened by `room` of its size on each side; register order.
  cy.inView = function (room) {
    if (!cy.compounds || !cy.coded) return new Uint32Array(0);
    var f = cy.viewFrame(), size = cy.map.getSize(), dx = size.x * room, dy = size.y * room;
    return cy.within(cy.compounds, (f.x - dx) / f.k, (f.y - dy) / f.k, (f.x + size.x + dx) / f.k, (f.y + size.y + dy) / f.k);
  };

  cy.compoundPlace = function (id) {
    var c = cy.compounds;
    if (c && !c.places) c.places = new Map(c.ids.map(function (name, i) { return [name, i]; }));
    return c && c.places.has(id) ? c.places.get(id) : -1;
  };

  cy.compoundLatLng = function (i) { return L.latLng(cy.compounds.lat[i], cy.compounds.lon[i]); };

  function latLng(x, y) { return cy.map.unproject(L.point(x, y), 0); }

  cy.compoundBounds = function (i) {
    var c = cy.compounds;
    return L.latLngBounds(latLng(c.x0[i], c.y1[i]), latLng(c.x1[i], c.y0[i]));
  };

  // A compound as a Leaflet layer of its own, for the selection.
  cy.compoundOutline = function (i, options) {
    var c = cy.compounds;
    if (cy.isUncertain(c, i)) return L.circle(cy.compoundLatLng(i), Object.assign({ radius: c.uncertainty[i] || 30 }, options));
    var rings = [];
    for (var ring = c.ring[i]; ring < c.ring[i + 1]; ring++) {
      var line = [];
      for (var k = c.corner[ring]; k < c.corner[ring + 1]; k++) line.push(latLng(c.x[k], c.y[k]));
      rings.push(line);
    }
    return L.polygon(rings, options);
  };

  // Compounds that are known to lie within one and the same circle.
  cy.sharing = function (i) {
    var c = cy.compounds;
    if (!c.circles) {
      c.circles = {};
      for (var k = 0; k < c.count; k++) {
        if (cy.isUncertain(c, k)) (c.circles[c.lon[k] + " " + c.lat[k]] = c.circles[c.lon[k] + " " + c.lat[k]] || []).push(k);
      }
    }
    return (c.circles[c.lon[i] + " " + c.lat[i]] || []).filter(cy.isShown);
  };

  // ---- pointer ------------------------------------------------------------------------------------------------
  cy.compoundAt = function (latlng) {
    if (!cy.compounds || !cy.coded || !cy.near() || !cy.state.push.on.compounds) return -1;
    var p = cy.map.project(latlng, 0);
    return cy.hit(cy.compounds, p.x, p.y, 4 / Math.pow(2, cy.map.getZoom()), cy.isShown);
  };

  function hover(event) {
    var i = cy.measuring ? -1 : cy.compoundAt(event.latlng);
    cy.openTip(i, event.latlng);
  }

  cy.openTip = function (i, latlng) {
    if (i < 0) {
      if (hovered >= 0) cy.map.closeTooltip(tip);
    } else {
      if (hovered !== i) tip.setContent(cy.lines(cy.compoundTip(i)));
      tip.setLatLng(latlng || cy.compoundLatLng(i));
      if (hovered < 0) cy.map.openTooltip(tip);
    }
    hovered = i;
    cy.map.getContainer().classList.toggle("cy-over", i >= 0);
  };

  // ---- picture ------------------------------------------------------------------------------------------------
  function blank() {
    var canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated cy-compounds", pane);
    canvas.style.visibility = "hidden";
    return { canvas: canvas, ctx: canvas.getContext("2d") };
  }

  // Puts a picture where it belongs under a view that may differ from the one it was drawn for.
  function place(shown, centre, zoom) {
    if (!shown) return;
    var scale = cy.map.getZoomScale(zoom, shown.zoom);
    L.DomUtil.setTransform(shown.canvas, shown.corner.multiplyBy(scale).subtract(cy.map._getNewPixelOrigin(centre, zoom)), scale);
  }

  function covers() {
    if (job) return false;
    var bounds = cy.map.getPixelBounds();
    return Boolean(picture) && picture.zoom === cy.map.getZoom() && picture.bounds.contains(bounds);
  }

  // Calls back when the picture of now stands.
  cy.whenDrawn = function (done) {
    if (job) waiting.push(done);
    else done();
  };

  // Draws anew what is in view; a picture that is still being drawn is dropped.
  cy.drawCompounds = function () {
    if (!cy.map || !cy.state.push) return;
    var size = cy.map.getSize(), room = size.multiplyBy(PADDING), view = cy.map.getPixelBounds();
    var bounds = L.bounds(view.min.subtract(room).floor(), view.max.add(room).ceil());
    var next = spare || blank();
    spare = null;
    if (job) { clearTimeout(job.timer); next = job.next; }
    var whole = bounds.getSize(), ratio = window.devicePixelRatio || 1;
    next.canvas.width = whole.x * ratio;
    next.canvas.height = whole.y * ratio;
    next.canvas.style.width = whole.x + "px";
    next.canvas.style.height = whole.y + "px";
    next.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(next, { bounds: bounds, corner: bounds.min, zoom: cy.map.getZoom(), areas: 0, circles: 0 });
    job = { next: next, steps: plan(next), timer: 0 };
    slice();
  };

  function slice() {
    var until = performance.now() + SLICE_MS, mine = job;
    while (mine.steps.length) {
      if (mine.steps[0]()) mine.steps.shift();
      if (performance.now() > until && mine.steps.length) {
        mine.timer = setTimeout(slice, 0);
        return;
      }
    }
    show(mine.next);
  }

  function show(next) {
    var former = picture;
    picture = next;
    spare = former;
    job = null;
    place(picture, cy.map.getCenter(), cy.map.getZoom());
    picture.canvas.style.visibility = "";
    if (former) former.canvas.style.visibility = "hidden";
    cy.picture = { number: (cy.picture ? cy.picture.number : 0) + 1, areas: next.areas, circles: next.circles };
    waiting.splice(0).forEach(function (done) { done(); });
  }

  // Steps that return true when they are finished, so that `slice` may stop between any two compounds.
  function plan(next) {
    var push = cy.state.push, c = cy.compounds;
    if (!c || !cy.coded || !push.on.compounds) return [];
    var near = cy.near(), k = Math.pow(2, next.zoom), scale = cy.scale();
    var list = Array.from(cy.inView(PADDING)).filter(cy.isShown);
    var pen = { ctx: next.ctx, c: c, k: k, x: next.corner.x, y: next.corner.y, push: push, looks: {} };
    var circles = list.filter(function (i) { return cy.isUncertain(c, i); });
    // Uncertainty circles first, so that a boundary inside one can still be seen and clicked.
    var steps = [each(circles, function (i) { drawCircle(pen, i); })];
    next.circles = circles.length;
    // From afar the picture is about streets, or about marked compounds: large marks (labels), or shapes when many.
    if (!near && !cy.coded.crowd) return steps;
    if (!near) list = list.filter(cy.marked);
    next.areas = list.filter(function (i) { return !cy.isUncertain(c, i); }).length;
    var small = [], large = [];
    list.forEach(function (i) {
      if (cy.isUncertain(c, i)) return;
      (Math.max(c.x1[i] - c.x0[i], c.y1[i] - c.y0[i]) * k < SMALL_PX * scale ? small : large).push(i);
    });
    steps.push(each(batches(small), function (batch) { drawSpots(pen, batch); }));
    steps.push(each(large, function (i) { drawArea(pen, i); }));
    steps.push(each(list, function (i) { drawOutlines(pen, i); }));
    return steps;
  }

  function each(list, draw) {
    var at = 0;
    return function () {
      if (at < list.length) draw(list[at++]);
      return at >= list.length;
    };
  }

  // Small compounds by symbol: one path for many.
  function batches(list) {
    var open = {}, all = [];
    list.forEach(function (i) {
      var key = cy.coded.symbol[i] + (cy.marked(i) ? "" : "dim");
      if (!open[key] || open[key].length >= BATCH) all.push(open[key] = []);
      open[key].push(i);
    });
    return all;
  }

  // ---- one compound ---------------------------------------------------------------------------------------------
  function lookOf(pen, i) {
    // A place that was rounded on purpose is no uncertain one: it has the colours of its status.
    var uncertain = cy.isUncertain(pen.c, i) && !cy.options.coarse, key = (uncertain ? "u" : "") + cy.coded.symbol[i];
    if (!pen.looks[key]) {
      var symbol = cy.symbolOf(i);
      pen.looks[key] = uncertain
        ? Object.assign(cy.areaStyle(pen.push.look.uncertain), { fillColor: symbol.fill, fillOpacity: 0.12 })
        : cy.areaStyle(symbol);
      var dash = pen.looks[key].dashArray;
      pen.looks[key].dashes = dash ? dash.split(" ").map(Number) : [];
    }
    return pen.looks[key];
  }

  function trace(pen, i) {
    var c = pen.c, ctx = pen.ctx, k = pen.k, x = pen.x, y = pen.y;
    for (var ring = c.ring[i]; ring < c.ring[i + 1]; ring++) {
      var at = c.corner[ring], end = c.corner[ring + 1];
      ctx.moveTo(c.x[at] * k - x, c.y[at] * k - y);
      for (at++; at < end; at++) ctx.lineTo(c.x[at] * k - x, c.y[at] * k - y);
      ctx.closePath();
    }
  }

  function circle(pen, i) {
    pen.ctx.arc(pen.c.px[i] * pen.k - pen.x, pen.c.py[i] * pen.k - pen.y, pen.c.radius[i] * pen.k, 0, 7);
  }

  function dim(i) { return cy.marked(i) ? 1 : 0.35; }

  function fill(pen, look, strength) {
    pen.ctx.globalAlpha = look.fillOpacity * strength;
    pen.ctx.fillStyle = look.fillColor;
    pen.ctx.fill("nonzero");
  }

  function stroke(pen, look, strength) {
    var ctx = pen.ctx;
    ctx.globalAlpha = look.opacity * strength;
    ctx.strokeStyle = look.color;
    ctx.lineWidth = look.weight;
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.setLineDash(look.dashes);
    ctx.stroke();
  }

  function drawCircle(pen, i) {
    pen.ctx.beginPath();
    circle(pen, i);
    fill(pen, lookOf(pen, i), dim(i));
    stroke(pen, lookOf(pen, i), dim(i));
  }

  function drawArea(pen, i) {
    pen.ctx.beginPath();
    trace(pen, i);
    fill(pen, lookOf(pen, i), dim(i));
    stroke(pen, lookOf(pen, i), dim(i));
  }

  // Too small for a pattern: missing and suspended keep a tell-tale rim, the rest is colour alone.
  function drawSpots(pen, batch) {
    var look = lookOf(pen, batch[0]), symbol = cy.symbolOf(batch[0]), strength = dim(batch[0]);
    pen.ctx.beginPath();
    batch.forEach(function (i) { trace(pen, i); });
    if (symbol.pattern === "none") { fill(pen, look, strength); return; }
    fill(pen, { fillOpacity: look.fillOpacity, fillColor: symbol.fill.slice(0, 7) }, strength);
    stroke(pen, { opacity: 0.8, color: look.color, weight: 0.8 * cy.scale(), dashes: [] }, strength);
  }

  // Alarm and heritage hold lie over all boundaries.
  function drawOutlines(pen, i) {
    var look = pen.push.look;
    if (!cy.marked(i)) return;
    if (cy.alarmed(i)) outline(pen, i, look.alarm);
    if (cy.held(i) && pen.push.on.hold) outline(pen, i, look.hold);
  }

  function outline(pen, i, symbol) {
    var c = pen.c, size = Math.max(c.x1[i] - c.x0[i], c.y1[i] - c.y0[i]) * pen.k;
    pen.ctx.beginPath();
    if (cy.isUncertain(c, i)) circle(pen, i);
    else trace(pen, i);
    var weight = Math.min(symbol.width * cy.scale(), Math.max(1, size / 6));
    stroke(pen, { opacity: 1, color: symbol.stroke, weight: weight, dashes: [] }, 1);
  }
})();
