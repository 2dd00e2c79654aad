// Chengyuan map, packed compounds: reading the bytes of cartography/packed.py, and finding compounds by place.
// Everything is kept in typed arrays in world pixels of zoom 0, so that a city's worth costs no objects.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var MAGIC = 0x31505943, MISSING = -2147483648, PER_DEGREE = 1e7, WORLD = 256;
  var ACROSS = 256;   // cells of the index along the longer side
  var WIDE = 36;      // a compound over more cells than this is looked at in every search

  function worldX(lon) { return WORLD * (lon / 360 + 0.5); }
  function worldY(lat) { return WORLD * (0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI)); }

  cy.unpack = function (buffer) {
    var head = new Uint32Array(buffer, 0, 4), n = head[1], rings = head[2], corners = head[3], at = 16;
    if (head[0] !== MAGIC) throw new Error("not packed compounds");
    function take(Kind, length) {
      var part = new Kind(buffer, at, length);
      at += part.byteLength;
      return part;
    }
    var c = { count: n, uncertainty: take(Float64Array, n), households: take(Int32Array, n) };
    var ringsOf = take(Int32Array, n), lon = take(Int32Array, n), lat = take(Int32Array, n);
    var cornersOf = take(Int32Array, rings), dx = take(Int32Array, corners), dy = take(Int32Array, corners);
    var words = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, at)));
    c.ids = words[0];
    c.names = words[1];
    c.ring = starts(ringsOf);
    c.corner = starts(cornersOf);
    c.lon = Float64Array.from(lon, function (n) { return n / PER_DEGREE; });
    c.lat = Float64Array.from(lat, function (n) { return n / PER_DEGREE; });
    c.px = c.lon.map(worldX);
    c.py = c.lat.map(worldY);
    c.x = sums(dx, worldX);
    c.y = sums(dy, worldY);
    measure(c);
    index(c);
    return c;
  };

  function starts(lengths) {
    var all = new Uint32Array(lengths.length + 1);
    for (var i = 0; i < lengths.length; i++) all[i + 1] = all[i] + lengths[i];
    return all;
  }

  function sums(steps, world) {
    var all = new Float64Array(steps.length), now = 0;
    for (var i = 0; i < steps.length; i++) {
      now = (now + steps[i]) | 0;
      all[i] = world(now / PER_DEGREE);
    }
    return all;
  }

  // Box of each compound; a position without boundary has its circle's.
  function measure(c) {
    c.x0 = new Float64Array(c.count); c.y0 = new Float64Array(c.count);
    c.x1 = new Float64Array(c.count); c.y1 = new Float64Array(c.count);
    c.radius = new Float64Array(c.count);
    for (var i = 0; i < c.count; i++) {
      if (cy.isUncertain(c, i)) {
        var r = c.radius[i] = metres(c.uncertainty[i] || 30, c.lat[i]);
        c.x0[i] = c.px[i] - r; c.x1[i] = c.px[i] + r; c.y0[i] = c.py[i] - r; c.y1[i] = c.py[i] + r;
        continue;
      }
      var x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (var k = c.corner[c.ring[i]]; k < c.corner[c.ring[i + 1]]; k++) {
        if (c.x[k] < x0) x0 = c.x[k];
        if (c.x[k] > x1) x1 = c.x[k];
        if (c.y[k] < y0) y0 = c.y[k];
        if (c.y[k] > y1) y1 = c.y[k];
      }
      c.x0[i] = x0; c.y0[i] = y0; c.x1[i] = x1; c.y1[i] = y1;
    }
  }

  function metres(length, lat) { return length / (40075016.686 * Math.cos(lat * Math.PI / 180)) * WORLD; }

  cy.isUncertain = function (c, i) { return c.ring[i] === c.ring[i + 1]; };
  cy.uncertaintyOf = function (c, i) { return isNaN(c.uncertainty[i]) ? null : c.uncertainty[i]; };
  cy.householdsOf = function (c, i) { return c.households[i] === MISSING ? null : c.households[i]; };

  // ---- index: a grid of cells, each with the compounds whose box touches it ----------------------------------
  function index(c) {
    var west = c.count ? Infinity : 0, north = west, east = -west, south = -west, i;
    for (i = 0; i < c.count; i++) {
      west = Math.min(west, c.x0[i]); north = Math.min(north, c.y0[i]);
      east = Math.max(east, c.x1[i]); south = Math.max(south, c.y1[i]);
    }
    var side = Math.max(east - west, south - north) / ACROSS || 1;  // one place only: any width will do
    var grid = c.grid = { west: west, north: north, side: side, wide: [] };
    grid.columns = Math.floor((east - west) / side) + 1;
    grid.rows = Math.floor((south - north) / side) + 1;
    grid.from = new Uint32Array(grid.columns * grid.rows + 1);
    c.seen = new Uint32Array(c.count);
    c.search = 0;
    var pass = function (put) {
      for (i = 0; i < c.count; i++) {
        var box = cells(grid, c.x0[i], c.y0[i], c.x1[i], c.y1[i]);
        if ((box[2] - box[0] + 1) * (box[3] - box[1] + 1) > WIDE) { put(-1); continue; }
        for (var row = box[1]; row <= box[3]; row++) for (var col = box[0]; col <= box[2]; col++) put(row * grid.columns + col);
      }
    };
    pass(function (cell) { if (cell < 0) grid.wide.push(i); else grid.from[cell + 1]++; });
    for (var k = 0; k < grid.columns * grid.rows; k++) grid.from[k + 1] += grid.from[k];
    grid.list = new Uint32Array(grid.from[grid.columns * grid.rows]);
    var next = grid.from.slice();
    pass(function (cell) { if (cell >= 0) grid.list[next[cell]++] = i; });
  }

  function cells(grid, x0, y0, x1, y1) {
    function clamp(value, most) { return Math.max(0, Math.min(most, Math.floor(value))); }
    return [
      clamp((x0 - grid.west) / grid.side, grid.columns - 1), clamp((y0 - grid.north) / grid.side, grid.rows - 1),
      clamp((x1 - grid.west) / grid.side, grid.columns - 1), clamp((y1 - grid.north) / grid.side, grid.rows - 1)
    ];
  }

  // Places of the compounds whose box touches a box (world pixels), in register order.
  cy.within = function (c, x0, y0, x1, y1) {
    var found = [], mark = ++c.search, grid = c.grid;
    function look(i) {
      if (c.seen[i] === mark) return;
      c.seen[i] = mark;
      if (c.x1[i] >= x0 && c.x0[i] <= x1 && c.y1[i] >= y0 && c.y0[i] <= y1) found.push(i);
    }
    grid.wide.forEach(look);
    var box = cells(grid, x0, y0, x1, y1);
    for (var row = box[1]; row <= box[3]; row++) {
      var line = row * grid.columns;
      for (var k = grid.from[line + box[0]]; k < grid.from[line + box[2] + 1]; k++) look(grid.list[k]);
    }
    return Uint32Array.from(found).sort();
  };

  // ---- hit testing ------------------------------------------------------------------------------------------
  // The compound at a place (world pixels): the one drawn last there; else the nearest edge within `reach`.
  cy.hit = function (c, x, y, reach, shown) {
    var best = -1, near = reach * reach, edge = -1, circle = -1;
    cy.within(c, x - reach, y - reach, x + reach, y + reach).forEach(function (i) {
      if (!shown(i)) return;
      if (cy.isUncertain(c, i)) {
        if (Math.hypot(x - c.px[i], y - c.py[i]) <= c.radius[i] + reach) circle = i;
        return;
      }
      var there = look(c, i, x, y);
      if (there.inside) best = i;
      else if (there.distance <= near) { near = there.distance; edge = i; }
    });
    return best >= 0 ? best : edge >= 0 ? edge : circle;
  };

  // Whether a place is inside (holes are not), and its squared distance to the nearest edge.
  function look(c, i, x, y) {
    var inside = false, distance = Infinity;
    for (var ring = c.ring[i]; ring < c.ring[i + 1]; ring++) {
      var last = c.corner[ring + 1] - 1;
      for (var k = c.corner[ring], j = last; k <= last; j = k++) {
        var ax = c.x[k], ay = c.y[k], bx = c.x[j], by = c.y[j], dx = bx - ax, dy = by - ay;
        if ((ay > y) !== (by > y) && x < dx * (y - ay) / dy + ax) inside = !inside;
        var t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
        var ex = ax + t * dx - x, ey = ay + t * dy - y;
        distance = Math.min(distance, ex * ex + ey * ey);
      }
    }
    return { inside: inside, distance: distance };
  }
})();
