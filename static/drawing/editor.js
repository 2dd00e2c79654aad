// Drawing editor, glue: the map, the questions to Python and their answers, drafts, saving.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const NEAR_ZOOM = 16, LEAST_ZOOM = 13, MOST_ZOOM = 22;
  const BOUNDED = "schematic", PLACED = "uncertain", NOTHING = "missing";

  cy.create = (root) => new cy.Editor(root);

  cy.Editor = class {
    constructor(root) {
      Object.assign(this, { root, id: null, data: null, draft: null, clash: null, parts: null, check: null, checking: false, saving: false });
      this.texts = { reason: "", reviewReason: "", author: "" };
      this.line = new cy.Line((question) => this.component.setTriggerValue("ask", question), (words) => this.notice("answer", words));
      this.panel = new cy.Panel(this, root);
      root.editor = this;
      this.onKey = (event) => { if (this.tools) this.tools.key(event); };
      document.addEventListener("keydown", this.onKey, true);
    }

    remove() {
      document.removeEventListener("keydown", this.onKey, true);
      this.line.drop();
      if (this.watch) this.watch.disconnect();
      if (this.map) { this.tools.stop(); this.map.remove(); this.map = null; }
    }

    // ---- Python's word -----------------------------------------------------------------------------------------
    update(component) {
      const { data } = component;
      this.component = component;
      const other = this.id !== data.id || this.reviewing !== data.reviewing;
      this.data = data;
      if (!this.map) this.setUp();
      if (other) this.open();
      else this.follow();
      this.ground.fetch(data.layers);
      this.ground.showNeighbours(data.neighbours, (row) => this.merge(row));
      this.line.hear(data.answer);
      this.refresh();
      this.root.dataset.ready = data.id;
    }

    setUp() {
      const map = L.map(this.panel.map, { pmIgnore: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 0.5, minZoom: LEAST_ZOOM, maxZoom: MOST_ZOOM, doubleClickZoom: false, attributionControl: false });
      this.map = map;
      this.metric = cy.metric(this.data.projection);
      map.fitBounds(this.data.home);
      this.ground = new cy.Ground(map, this.metric, (words) => this.notice("layers", words));
      this.drawn = new cy.Drawn(map, this.metric, () => this.drawnChanged());
      this.tools = new cy.Tools(this);
      L.control.scale({ metric: true, imperial: false, maxWidth: 140, position: "bottomright" }).addTo(map);
      map.on("mousemove", (event) => this.whereabouts(event.latlng));
      map.on("moveend", () => this.moved());
      map.on("mousedown wheel", () => { this.touched = true; });
      this.panel.map.addEventListener("wheel", () => { this.touched = true; }, { passive: true });
      this.watch = new ResizeObserver(() => { map.invalidateSize({ animate: false }); if (!this.touched) this.goHome(); });
      this.watch.observe(this.panel.map);
    }

    // Another compound, or the same one for another purpose.
    open() {
      const { data } = this;
      Object.assign(this, { id: data.id, reviewing: data.reviewing, clash: null, parts: null, check: null, checking: false, again: false, looking: false, touched: false, saving: false });
      this.line.drop();
      this.texts.reason = this.texts.reviewReason = "";
      this.tools.stop();
      this.panel.build();
      this.start(data.facts);
      this.draft = this.reviewing ? null : this.usefulDraft();
      this.goHome();
    }

    start(facts) {
      this.base = facts;
      this.notice("overtaken", "");
      this.panel.showParsed([], false);
      this.drawn.radius = facts.uncertainty;
      this.drawn.reset({ shape: facts.shape, point: facts.point });
      this.fillForm(facts.status, facts.uncertainty);
      this.check = null;
      this.compare();
      this.askCheck();
      this.tools.attach();
    }

    // The same compound again: what others saved meanwhile is taken over only while nothing is drawn here.
    follow() {
      const { facts } = this.data;
      if (facts.version === this.base.version) return;
      if (!this.changed && !this.clash) this.start(facts);
      else if (!this.saving) this.notice("overtaken", "别人刚保存过这个楼院；您的描绘还在，保存时会请您对照。");
    }

    compare() {
      const { former } = this.data, shapes = [];
      if (this.reviewing && former) shapes.push({ shape: former, symbol: "former", text: "原边界" });
      if (this.clash) shapes.push({ shape: this.clash.now.shape, symbol: "theirs", text: `库里现在（${this.clash.who} ${this.clash.when}）` });
      if (this.mine) shapes.push({ shape: this.mine, symbol: "former", text: "我原来画的" });
      (this.parts || []).forEach((part, i) => shapes.push({
        shape: part.shape, symbol: part.given ? "given" : "mine", text: `第 ${i + 1} 块 ${cy.squareText(part.area)}，点击改归属`, onClick: () => this.assign(i, !part.given)
      }));
      this.ground.showCompared(shapes);
    }

    // Everything that the cards show, but for what is typed into them.
    get cardsKey() {
      const { draft, base, clash, parts, reviewing, data, asksName } = this, { given, absorbed } = this.drawn.now;
      const review = reviewing ? [data.facts, data.former, data.author, asksName, data.writable] : null;
      return JSON.stringify([this.id, draft && draft.at, base.version, clash && [clash.now.version, this.drawn.at], parts && parts.map((part) => part.given),
        given && [given.area, data.takers], absorbed, review]);
    }

    refresh() {
      const { panel } = this;
      panel.showCards();
      panel.showSize();
      panel.showChecks();
      panel.showTools();
      panel.showSaving();
    }

    // ---- questions and what is said -----------------------------------------------------------------------------
    ask(kind, question) { return this.line.ask(kind, { ...question, compound: this.id }); }

    // What a person should know, one line per subject; an empty text takes it away.
    notice(about, words) {
      this.notices = { ...this.notices, [about]: words };
      this.panel.notice.textContent = Object.values(this.notices).filter(Boolean).join(" ");
    }

    tell(words) { this.panel.status.textContent = words; }
    faulty(answer) { if (answer.kind === "faults") this.tell(answer.faults.join("；")); return answer.kind === "faults"; }

    async askCheck() {
      const { shape, absorbed } = this.drawn.now;
      if (!shape) { this.check = null; this.ground.showFaults([]); this.refresh(); return; }
      if (this.checking) { this.again = true; return; }
      this.checking = true;
      const answer = await this.ask("check", { shape, absorbed: absorbed.map((other) => other.id) });
      this.checking = false;
      if (this.again) { this.again = false; this.askCheck(); return; }
      this.check = answer.check || { faults: answer.faults || [], overlaps: [], zones: [], valid: false, parts: "—", holes: "—", vertices: "—" };
      const { overlaps, outside } = this.check;
      this.ground.showFaults([...overlaps.map((item) => ({ shape: item.shape, text: `与“${item.name}”重叠 ${cy.squareText(item.area)}` })),
        ...(outside ? [{ shape: outside.shape, text: `超出${outside.street} ${cy.squareText(outside.area)}` }] : [])]);
      this.refresh();
    }

    // ---- drawing -----------------------------------------------------------------------------------------------
    drawnChanged() {
      this.tools.attach();
      this.panel.live.textContent = "";
      this.suitStatus();
      this.keepDraft();
      this.askCheck();
      this.refresh();
    }

    toolChanged() { this.panel.live.textContent = ""; this.refresh(); }
    undo() { if (this.tools.isDrawing) this.tools.backOnePoint(); else this.drawn.step(-1); }
    redo() { this.drawn.step(1); }

    measureLive(parts, drawing) {
      const { area, length } = this.metric.measure(parts);
      const line = drawing && this.tools.name === "split";
      this.panel.live.textContent = line ? "" : `约 ${cy.squareText(area)}　周长约 ${cy.lengthText(length)}`;
    }

    placeAt(p) {
      this.drawn.put({ point: { type: "Point", coordinates: [p.lng, p.lat] }, shape: null });
      this.tell("已标位置；请填写不确定度（真实位置最多偏离多远）");
    }

    adopt(shape) { this.drawn.put({ shape: cy.toShape(cy.toParts(shape)) }); }

    async cut(points) {
      const answer = await this.ask("cut", { shape: this.drawn.shape, hole: cy.toShape([[points]]) });
      this.tools.choose(null); // before anything is told: a change of tool takes the status line
      if (!this.faulty(answer)) this.adopt(answer.shape);
    }

    async split(points) {
      const line = { type: "LineString", coordinates: points.map((p) => [p.lng, p.lat]) };
      const answer = await this.ask("split", { shape: this.drawn.shape, line });
      this.tools.choose(null);
      if (this.faulty(answer)) return;
      this.parts = answer.parts.map((part, i) => ({ ...part, given: i > 0 }));
      this.compare();
      this.refresh();
    }

    assign(i, given) { this.parts[i].given = given; this.compare(); this.refresh(); }
    dropSplit() { this.parts = null; this.compare(); this.refresh(); }

    applySplit() {
      const kept = this.parts.filter((part) => !part.given), given = this.parts.filter((part) => part.given);
      const shape = cy.toShape(kept.flatMap((part) => cy.toParts(part.shape)));
      const other = cy.toShape(given.flatMap((part) => cy.toParts(part.shape)));
      this.parts = null;
      this.compare();
      this.drawn.put({ shape, given: { shape: other, area: given.reduce((sum, part) => sum + part.area, 0), to: "", name: "" } });
    }

    setGiven(to, name) {
      const { given } = this.drawn.now;
      this.drawn.amend({ given: { ...given, to, name } });
      this.keepDraft();
    }

    async merge(row) {
      if (this.tools.name !== "merge") return;
      const { absorbed, shape } = this.drawn.now;
      const answer = await this.ask("merge", { shape, neighbour: row.id });
      if (this.faulty(answer)) return;
      this.drawn.put({ shape: cy.toShape(cy.toParts(answer.shape)), absorbed: [...absorbed.filter((other) => other.id !== row.id), answer.neighbour] });
      this.tools.choose(null);
    }

    setGrid(step) { this.tools.step = step; this.ground.setGrid(step); }

    // ---- coordinates -------------------------------------------------------------------------------------------
    async parse(typed) {
      const answer = await this.ask("parse", typed);
      if (answer.faults.length) { this.panel.showParsed(answer.faults, true); return; }
      const { shape, points, notes } = answer;
      if (shape.type === "Point") this.drawn.put({ point: shape, shape: null });
      else this.drawn.put({ shape: cy.toShape(cy.toParts(shape)) });
      this.goHome();
      this.panel.showParsed([`已采用 ${points} 个点`, ...notes], false);
    }

    async write(chosen) {
      const { shape, point } = this.drawn.now;
      if (!shape && !point) { this.panel.showParsed(["还没有描绘任何东西"], true); return null; }
      const answer = await this.ask("write", { shape: shape || point, ...chosen });
      if (answer.kind === "faults") { this.panel.showParsed(answer.faults, true); return null; }
      this.panel.showParsed([], false);
      return answer.text;
    }

    // ---- form and draft ----------------------------------------------------------------------------------------
    field(name, label, kind) {
      const control = cy.node(kind);
      control.value = this.texts[name];
      control.setAttribute("aria-label", label);
      if (kind === "textarea") control.rows = 2;
      control.maxLength = name === "author" ? 40 : 500;
      control.addEventListener("input", () => { this.texts[name] = control.value; if (name === "reason") this.formChanged(); });
      return cy.node("label", "field", cy.node("span", "", label), control);
    }

    get asksForName() { return Boolean(!this.data.author || this.asksName); }
    get givenAuthor() { return this.asksForName ? this.texts.author : null; }

    // Asked while no name is known, or when somebody else sits down; one node, so that typing is not interrupted.
    authorField() {
      if (!this.asksForName) {
        const other = cy.button("换人", () => { this.asksName = true; this.texts.author = ""; this.authorNode = null; this.refresh(); }, "plain");
        return cy.node("p", "author", "操作人 ", cy.node("b", "", this.data.author), other);
      }
      this.authorNode = this.authorNode || this.field("author", "操作人姓名（必填）", "input");
      return this.authorNode;
    }

    fillForm(status, uncertainty) {
      if (this.reviewing) return;
      this.panel.statusField.value = status;
      this.panel.radiusField.value = uncertainty === null ? "" : String(uncertainty);
      this.panel.saving.querySelector("[aria-label^=修改原因]").value = this.texts.reason;
    }

    get form() {
      const { statusField, radiusField } = this.panel;
      return { status: statusField.value, uncertainty: radiusField.value === "" ? null : Number(radiusField.value), reason: this.texts.reason };
    }

    get changed() {
      if (this.reviewing) return false;
      const { status, uncertainty, reason } = this.form;
      return this.drawn.changed || status !== this.base.status || uncertainty !== this.base.uncertainty || reason.trim() !== "";
    }

    // The status follows what is drawn, until it suits again; a person may choose among those that suit.
    suitStatus() {
      const { shape, point } = this.drawn.now, field = this.panel.statusField;
      const bare = field.value === PLACED || field.value === NOTHING;
      if (shape && bare) field.value = [PLACED, NOTHING].includes(this.base.status) ? BOUNDED : this.base.status;
      if (!shape) field.value = point ? PLACED : NOTHING;
    }

    formChanged() {
      const { uncertainty } = this.form;
      if (uncertainty !== this.drawn.radius) { this.drawn.setRadius(uncertainty); this.tools.attach(); }
      this.keepDraft();
      this.panel.showSaving();
    }

    keepDraft() {
      this.draft = null;
      if (!this.changed) { cy.drafts.drop(this.id); return; }
      cy.drafts.keep(this.data.epoch, this.id, this.base.version, { ...this.form, ...this.drawn.now });
    }

    usefulDraft() { return cy.drafts.find(this.data.epoch, this.id, this.data.statuses.map(([value]) => value)); }

    restoreDraft() {
      const { draft } = this;
      this.base = { ...this.base, version: draft.version };
      this.texts.reason = draft.reason;
      this.draft = null;
      this.fillForm(draft.status || this.base.status, draft.uncertainty);
      this.drawn.radius = draft.uncertainty;
      cy.drafts.take(draft);
      this.drawn.put(draft.drawn);
      this.keepDraft();
      this.refresh();
      this.goHome();
    }

    dropDraft() { cy.drafts.discard(this.id); this.draft = null; this.refresh(); }

    abandon() {
      cy.drafts.drop(this.id);
      Object.assign(this, { clash: null, parts: null, mine: null });
      this.texts.reason = "";
      this.tools.choose(null);
      this.panel.showAnswer([], "");
      this.start(this.data.facts);
    }

    // ---- saving ------------------------------------------------------------------------------------------------
    async save() {
      const { shape, point, given, absorbed } = this.drawn.now;
      this.saving = true;
      this.panel.showAnswer(["正在保存……"], "");
      this.refresh();
      const answer = await this.ask("save", {
        ...this.form, shape, point, version: this.base.version, author: this.givenAuthor,
        split: given ? { shape: given.shape, to: given.to, name: given.name } : null,
        absorb: absorbed.map(({ id, version }) => ({ id, version }))
      });
      this.saving = false;
      this.saved(answer, `已保存为修订 ${answer.revision}，等待另一个人复核。`);
    }

    async review(outcome) {
      const { version } = this.data.facts;
      const answer = await this.ask("review", { outcome, version, reason: this.texts.reviewReason, author: this.givenAuthor });
      this.saved(answer, outcome === "confirmed" ? "已确认。" : "已退回。");
    }

    saved(answer, words) {
      const settled = answer.kind === "saved" || answer.kind === "nothing";
      if (answer.kind === "stale") { this.clash = answer; this.notice("overtaken", ""); this.panel.showAnswer([], ""); this.compare(); }
      if (settled) {
        cy.drafts.drop(this.id);
        Object.assign(this, { clash: null, mine: null });
        this.texts.reason = this.texts.reviewReason = this.texts.author = "";
        this.asksName = this.authorNode = null;
        this.tools.stop();
        this.start(this.data.facts);
      }
      this.refresh();
      if (settled) this.panel.showAnswer([answer.kind === "saved" ? words : "库里已是这个形状，没有需要保存的改动。"], "good");
      if (answer.kind === "faults") this.panel.showAnswer(answer.faults, "bad");
    }

    // After somebody was faster: mine over theirs, with both shown before.
    overrule() {
      this.base = { ...this.base, version: this.clash.now.version };
      this.clash = null;
      this.compare();
      this.save();
    }

    // Theirs; `further`: to go on from there, with mine still in sight.
    takeTheirs(further) {
      const { now } = this.clash;
      this.mine = further ? this.drawn.shape : null;
      this.clash = null;
      cy.drafts.drop(this.id);
      if (!further) this.texts.reason = "";
      this.start(now);
      if (further) this.tools.choose("edit");
      this.refresh();
    }

    // ---- view --------------------------------------------------------------------------------------------------
    goHome() {
      const bounds = this.drawn.bounds();
      this.map.fitBounds(bounds ? bounds.pad(0.35) : this.data.home, { animate: false, maxZoom: 20 });
    }

    whereabouts(p) {
      const [x, y] = this.metric.xy(p);
      this.panel.map.dataset.at = `${p.lng.toFixed(6)}°E ${p.lat.toFixed(6)}°N　东 ${x.toFixed(1)} 北 ${y.toFixed(1)}`;
    }

    // Neighbours are told of around the compound; elsewhere they are asked for when one looks closely.
    moved() {
      if (!this.map || this.map.getZoom() < NEAR_ZOOM || this.looking) return;
      const view = this.map.getBounds(), [west, south, east, north] = this.data.box;
      if (view.getWest() >= west && view.getEast() <= east && view.getSouth() >= south && view.getNorth() <= north) return;
      this.looking = true;
      const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
      this.ask("view", { box }).then(() => { this.looking = false; });
    }
  };
})();
