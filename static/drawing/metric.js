// Drawing editor, measuring: EPSG:4547 through Proj4js, so that what shows while drawing agrees with the server.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const DECIMALS = 9; // a tenth of a millimetre

  cy.metric = function (definition) {
    const projection = proj4(definition);
    const xy = (p) => projection.forward([p.lng, p.lat]);
    const latlng = ([x, y]) => { const [lng, lat] = projection.inverse([x, y]); return L.latLng(lat, lng); };

    function ring(points) {
      const flat = points.map(xy);
      let twice = 0, length = 0;
      flat.forEach((p, i) => {
        const q = flat[(i + 1) % flat.length];
        twice += p[0] * q[1] - q[0] * p[1];
        length += Math.hypot(q[0] - p[0], q[1] - p[1]);
      });
      return { area: Math.abs(twice) / 2, length };
    }

    // Area (m²) and perimeter (m) of the parts of a shape, each a list of rings, the first one outside.
    function measure(parts) {
      let area = 0, length = 0;
      parts.forEach((rings) => rings.forEach((points, i) => {
        if (points.length < 2) return;
        const size = ring(points);
        area += (i ? -1 : 1) * size.area;
        length += size.length;
      }));
      return { area, length };
    }

    function rounded(p, step) {
      const [x, y] = xy(p);
      return latlng([Math.round(x / step) * step, Math.round(y / step) * step]);
    }

    return { xy, latlng, measure, rounded };
  };

  // ---- GeoJSON and Leaflet -------------------------------------------------------------------------------------
  const round = (value) => Number(value.toFixed(DECIMALS));

  cy.toParts = function (shape) {
    if (!shape) return [];
    const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
    return polygons.map((rings) => rings.map((ring) => ring.slice(0, -1).map(([lng, lat]) => L.latLng(lat, lng))));
  };

  cy.toShape = function (parts) {
    const kept = parts.map((rings) => rings.filter((ring) => ring.length >= 3)).filter((rings) => rings.length);
    if (!kept.length) return null;
    const close = (ring) => [...ring, ring[0]].map((p) => [round(p.lng), round(p.lat)]);
    return { type: "MultiPolygon", coordinates: kept.map((rings) => rings.map(close)) };
  };

  // Leaflet nests the rings of one polygon less deep than those of several.
  cy.partsOf = function (latlngs) {
    if (!latlngs.length) return [];
    if (latlngs[0].lat !== undefined) return [[latlngs]];
    return latlngs[0][0] && latlngs[0][0].lat !== undefined ? [latlngs] : latlngs;
  };

  cy.inside = function (p, ring) {
    let within = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i], b = ring[j];
      if (a.lat > p.lat !== b.lat > p.lat && p.lng < ((b.lng - a.lng) * (p.lat - a.lat)) / (b.lat - a.lat) + a.lng) within = !within;
    }
    return within;
  };

  // ---- words ---------------------------------------------------------------------------------------------------
  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  cy.squareText = (value) => grouped(value, value < 100 ? 1 : 0) + " m²";
  cy.lengthText = (value) => grouped(value, value < 1000 ? 1 : 0) + " m";

  cy.node = function (name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  };
})();
