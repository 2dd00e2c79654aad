// Drawing editor, shape: what is being drawn, its history for undo and redo, its layer on the map.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const MOST_STEPS = 200;

  // What is drawn: `shape` (GeoJSON MultiPolygon or null), `point` (GeoJSON Point or null), `given` (the part of a
  // split that goes elsewhere), `absorbed` (neighbours merged into it).
  cy.nothing = () => ({ shape: null, point: null, given: null, absorbed: [] });

  cy.Drawn = class {
    constructor(map, metric, onChange) {
      Object.assign(this, { map, metric, onChange, steps: ["{}"], at: 0, radius: null });
      this.reset(cy.nothing());
    }

    get now() { return JSON.parse(this.steps[this.at]); }
    get shape() { return this.now.shape; }
    get changed() { return this.steps[this.at] !== this.steps[0]; }
    get canUndo() { return this.at > 0; }
    get canRedo() { return this.at < this.steps.length - 1; }

    // Start anew from what is stored; nothing to undo.
    reset(state) {
      this.steps = [JSON.stringify({ ...cy.nothing(), ...state })];
      this.at = 0;
      this.show();
    }

    // One more step; steps that were undone are gone. `drawnAlready`: the layer shows it, and is left alone.
    put(change, drawnAlready) {
      const next = JSON.stringify({ ...this.now, ...change });
      if (next === this.steps[this.at]) return;
      this.steps = [...this.steps.slice(0, this.at + 1), next];
      if (this.steps.length > MOST_STEPS) this.steps.splice(1, 1);
      this.at = this.steps.length - 1;
      if (!drawnAlready) this.show();
      this.onChange();
    }

    // Puts something right in the present step, without one more to undo.
    amend(change) { this.steps[this.at] = JSON.stringify({ ...this.now, ...change }); }

    step(way) {
      const to = this.at + way;
      if (to < 0 || to >= this.steps.length) return false;
      this.at = to;
      this.show();
      this.onChange();
      return true;
    }

    // Takes over what the editing library did to the layer.
    take() {
      const shape = this.layer && cy.toShape(cy.partsOf(this.layer.getLatLngs()));
      this.put({ shape }, Boolean(shape));
    }

    addPart(points) {
      const parts = cy.toParts(this.shape);
      this.put({ shape: cy.toShape([...parts, [points]]) });
    }

    // Takes away the hole under a place, else the part under it; false when nothing is there.
    removeRing(place) {
      const parts = cy.toParts(this.shape);
      for (let i = 0; i < parts.length; i++) {
        if (!cy.inside(place, parts[i][0])) continue;
        const hole = parts[i].findIndex((ring, k) => k > 0 && cy.inside(place, ring));
        if (hole > 0) parts[i].splice(hole, 1);
        else parts.splice(i, 1);
        this.put({ shape: cy.toShape(parts) });
        return true;
      }
      return false;
    }

    show() {
      const { shape, point, given } = this.now, look = cy.look.drawing;
      if (this.layer) { this.layer.pm.disable(); this.map.removeLayer(this.layer); }
      if (this.extra) this.map.removeLayer(this.extra);
      this.layer = null;
      if (shape) {
        this.layer = L.polygon(cy.toParts(shape), { ...cy.style(look.mine), pmIgnore: false, snapIgnore: true, className: "mine" });
        this.layer.addTo(this.map);
      }
      this.extra = L.layerGroup([...this.placed(point, shape), ...this.handed(given)]).addTo(this.map);
    }

    placed(point, shape) {
      if (!point || shape) return [];
      const at = L.latLng(point.coordinates[1], point.coordinates[0]), { stroke } = cy.look.drawing.mine;
      const dot = L.circleMarker(at, { radius: 5, color: stroke, fillColor: stroke, fillOpacity: 1, interactive: false, className: "place" });
      return this.radius ? [L.circle(at, { ...cy.style(cy.look.uncertain), color: stroke, radius: this.radius, interactive: false }), dot] : [dot];
    }

    handed(given) {
      return given ? [L.polygon(cy.toParts(given.shape), { ...cy.style(cy.look.drawing.given), interactive: false, className: "given" })] : [];
    }

    setRadius(metres) { this.radius = metres; this.show(); }

    bounds() {
      const { shape, point, given } = this.now;
      if (shape) {
        const all = L.polygon(cy.toParts(shape)).getBounds();
        return given ? all.extend(L.polygon(cy.toParts(given.shape)).getBounds()) : all;
      }
      return point ? L.latLng(point.coordinates[1], point.coordinates[0]).toBounds((this.radius || 60) * 2.2) : null;
    }
  };
})();
