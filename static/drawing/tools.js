// Drawing editor, tools: one at a time, on Geoman; snapping to a metric grid, which Geoman lacks; keys.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const SNAP_PX = 12;

  // Name → label, key, what the status line says, drawing of its button (16 × 16).
  const TOOLS = {
    draw: ["画面", "P", "单击加点，双击、回车或点回起点闭合；Ctrl+Z 退一点，Esc 取消", "M3 12L5 4l7-1 1 8-6 2z"],
    edit: ["改顶点", "V", "拖动顶点；拖动边中间的小点加点；右键或指着按 Delete 删点", "M3 12L6 4l7 8zM2 11h2v2H2zM5 3h2v2H5zM12 11h2v2h-2z"],
    move: ["移动", "M", "按住边界拖动", "M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6L2 8l2 2M12 6l2 2-2 2"],
    rotate: ["旋转", "R", "拖动四角旋转", "M12 5a5 5 0 1 0 1 4M13 2v3h-3"],
    hole: ["挖洞", "H", "在边界里画一圈挖去；画到边界外则切掉一角", "M2 3h12v10H2zM6 6h4v4H6z"],
    split: ["分割", "S", "从边界外画一条线到另一侧的边界外，双击或回车结束", "M2 3h12v10H2zM9 1L7 15"],
    merge: ["并入邻院", "G", "点一个相接的邻院，把它的边界并进来", "M2 4h7v7H2zM7 6h7v7H7z"],
    erase: ["删块或洞", "X", "点一个洞把它填上，点一块把它删去", "M3 4h10M6 4V2h4v2M4 4l1 10h6l1-10"],
    place: ["标位置", "L", "只知大致位置：点一下，不画边界", "M8 14C5 10 4 8 4 6a4 4 0 0 1 8 0c0 2-1 4-4 8zM8 5v2"]
  };
  const DRAWING = { draw: "Polygon", hole: "Polygon", split: "Line" };
  cy.TOOLS = TOOLS;

  // Geoman snaps to layers only: where none is near, the corner goes to the grid instead.
  function snapToGrid(prototype, grid) {
    const snap = prototype._handleSnapping;
    prototype._handleSnapping = function (event, own) {
      const done = snap.call(this, event, own);
      const marker = event.target, round = grid();
      if (!marker._snapped && round && !(event.originalEvent && event.originalEvent.altKey)) {
        marker.setLatLng(round(marker.getLatLng()));
        marker._snapped = true;
      }
      return done;
    };
  }

  let gridNow = () => null;
  let prepared = false;
  function prepareGeoman() {
    if (prepared) return;
    prepared = true;
    L.PM.setOptIn(true);
    snapToGrid(L.PM.Draw.Line.prototype, () => gridNow());
    snapToGrid(L.PM.Edit.Line.prototype, () => gridNow());
  }
  prepareGeoman();

  cy.Tools = class {
    constructor(editor) {
      const { map, metric } = editor;
      Object.assign(this, { editor, map, metric, name: null, step: 0, working: null });
      gridNow = () => (this.step ? (p) => this.metric.rounded(p, this.step) : null);
      map.pm.setGlobalOptions({ snappable: true, snapDistance: SNAP_PX, snapSegment: true, tooltips: false, allowSelfIntersection: true, continueDrawing: false });
      map.on("pm:drawstart", (event) => { this.working = event.workingLayer; });
      map.on("pm:create", (event) => this.created(event.layer));
      map.on("mousemove", () => { if (this.working) editor.measureLive(this.pending(), true); });
      map.on("click", (event) => this.clicked(event.latlng));
    }

    get drawn() { return this.editor.drawn; }
    get isDrawing() { return Boolean(DRAWING[this.name] && this.map.pm.globalDrawModeEnabled()); }
    get hint() { return this.name ? TOOLS[this.name][2] : "滚轮缩放，拖动平移；从左边选一个工具"; }

    choose(name) {
      this.stop();
      this.name = name;
      if (DRAWING[name]) this.startDrawing(DRAWING[name]);
      else this.attach();
      this.editor.toolChanged();
    }

    stop() {
      const { layer } = this.drawn;
      this.name = null;
      this.working = null;
      this.map.pm.disableDraw();
      if (layer) { layer.pm.disable(); layer.pm.disableLayerDrag(); if (layer.pm.rotateEnabled()) layer.pm.disableRotate(); }
      this.map.getContainer().classList.remove("pointing");
    }

    startDrawing(kind) {
      const { stroke } = cy.look.drawing[this.name === "draw" ? "mine" : "cut"];
      const line = { color: stroke, weight: 2.4 };
      this.map.pm.enableDraw(kind, { templineStyle: line, hintlineStyle: { ...line, dashArray: "5 5" }, pathOptions: { ...line, pmIgnore: true } });
    }

    // Puts the chosen tool on the layer, which is a new one after each undo or answer of the server.
    attach() {
      const { layer } = this.drawn, { name } = this;
      this.map.getContainer().classList.toggle("pointing", ["place", "erase", "merge"].includes(name));
      if (!layer) return;
      layer.off();
      layer.on("pm:markerdragend pm:vertexremoved pm:dragend pm:rotateend", () => setTimeout(() => this.drawn.take(), 0));
      layer.on("pm:markerdrag pm:drag pm:rotate pm:change", () => this.editor.measureLive(cy.partsOf(layer.getLatLngs()), false));
      if (name === "edit") layer.pm.enable({ allowSelfIntersection: true, removeLayerBelowMinVertexCount: false });
      if (name === "move") layer.pm.enableLayerDrag();
      if (name === "rotate") layer.pm.enableRotate();
    }

    pending() {
      const hint = this.map.pm.Draw[DRAWING[this.name]]?._hintMarker;
      const points = this.working ? this.working.getLatLngs().flat() : [];
      return [[hint && hint.getLatLng() ? [...points, hint.getLatLng()] : points]];
    }

    created(layer) {
      const { name } = this, points = layer.getLatLngs().flat();
      this.map.removeLayer(layer);
      this.working = null;
      if (name === "draw") { this.drawn.addPart(points); this.choose("edit"); }
      if (name === "hole") this.editor.cut(points);
      if (name === "split") this.editor.split(points);
    }

    clicked(place) {
      if (this.name === "place") this.editor.placeAt(this.step ? this.metric.rounded(place, this.step) : place);
      if (this.name === "erase" && !this.drawn.removeRing(place)) this.editor.tell("这里没有可删的块或洞");
    }

    // ---- keys --------------------------------------------------------------------------------------------------
    key(event) {
      const typed = event.composedPath()[0];
      if (typed && /^(INPUT|TEXTAREA|SELECT)$/.test(typed.tagName || "")) return;
      const control = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
      const work = control ? this.controlKey(key, event.shiftKey) : event.altKey ? null : this.plainKey(event.key);
      if (!work) return;
      event.preventDefault();
      event.stopPropagation();
      work();
    }

    controlKey(key, shift) {
      if (key === "z") return shift ? () => this.editor.redo() : () => this.editor.undo();
      return key === "y" ? () => this.editor.redo() : null;
    }

    plainKey(key) {
      if (key === "Escape") return this.name ? () => this.choose(null) : null;
      if (key === "Enter" && this.isDrawing) return () => this.map.pm.Draw[DRAWING[this.name]]._finishShape();
      if (key === "Delete" || key === "Backspace") return () => this.deleteVertex();
      const found = Object.keys(TOOLS).find((name) => TOOLS[name][1] === key.toUpperCase());
      return found && !this.editor.reviewing ? () => this.choose(found) : null;
    }

    backOnePoint() {
      const draw = this.map.pm.Draw[DRAWING[this.name]];
      if (this.working && this.working.getLatLngs().flat().length > 1) draw._removeLastVertex();
      else this.choose(this.name);
    }

    deleteVertex() {
      if (this.isDrawing) { this.backOnePoint(); return; }
      const { layer } = this.drawn, markers = (this.name === "edit" && layer && layer.pm._markers) || [];
      const marker = markers.flat(4).find((one) => one && one._icon && one._icon.matches(":hover"));
      if (marker) layer.pm._removeMarker({ target: marker });
      else this.editor.tell(this.name === "edit" ? "把鼠标放在要删的顶点上，再按 Delete" : "先选“改顶点”，把鼠标放在顶点上再按 Delete");
    }
  };
})();
