// Drawing editor, panel: measurements, what is to be put right, snapping, coordinates, saving. Texts by textContent.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const { node } = cy;
  const ICONS = { undo: "M6 4L3 7l3 3M3 7h6a4 4 0 0 1 0 8", redo: "M10 4l3 3-3 3M13 7H7a4 4 0 0 0 0 8", fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" };

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function tool(label, path, title, work) {
    const made = node("button", "tool", icon(path), node("span", "", label));
    made.type = "button";
    made.title = title;
    made.addEventListener("click", work);
    return made;
  }

  const options = (select, pairs) => { select.append(...pairs.map(([value, label]) => new Option(label, value))); return select; };
  const labelled = (label, control) => { control.setAttribute("aria-label", label); return node("label", "field", node("span", "", label), control); };

  cy.Panel = class {
    constructor(editor, root) {
      this.editor = editor;
      this.map = node("div", "map");
      this.tools = node("div", "tools");
      this.status = node("div", "status");
      this.live = node("div", "live");
      this.notice = node("div", "notice");
      this.cards = node("div", "cards");
      this.size = node("div", "size");
      this.checks = node("div", "checks");
      this.saving = node("div", "saving");
      this.side = node("aside", "side", this.cards, this.size, this.checks, this.saving);
      this.stage = node("div", "stage", this.map, this.tools, this.live, this.status, this.notice);
      root.replaceChildren(this.stage, this.side);
    }

    build() {
      const { editor } = this;
      this.buttons = Object.fromEntries(Object.entries(cy.TOOLS).map(([name, [label, key, hint, path]]) =>
        [name, tool(label, path, `${label}（${key}）：${hint}`, () => editor.tools.choose(editor.tools.name === name ? null : name))]));
      this.undo = tool("撤销", ICONS.undo, "撤销（Ctrl+Z）", () => editor.undo());
      this.redo = tool("重做", ICONS.redo, "重做（Ctrl+Y）", () => editor.redo());
      const fit = tool("全貌", ICONS.fit, "回到这个楼院", () => editor.goHome());
      this.tools.replaceChildren(...(editor.reviewing ? [fit] : [...Object.values(this.buttons), this.undo, this.redo, fit]));
      this.cardsKey = null;
      this.answer = node("div", "answer");
      this.answer.setAttribute("role", "status");
      const parts = editor.reviewing ? [this.cards, this.answer, this.size, this.checks] : [this.cards, this.size, this.checks, this.snapping(), this.coordinates(), this.saving];
      this.side.replaceChildren(...parts);
      if (!editor.reviewing) this.buildSaving();
    }

    // ---- snapping ----------------------------------------------------------------------------------------------
    snapping() {
      const { editor } = this;
      const box = (label, on, work) => {
        const check = node("input");
        check.type = "checkbox";
        check.checked = on;
        check.addEventListener("change", () => work(check.checked));
        return node("label", "check", check, label);
      };
      const grid = options(node("select"), [["0", "不用网格"], ["1", "网格 1 m"], ["5", "网格 5 m"], ["10", "网格 10 m"]]);
      grid.setAttribute("aria-label", "网格");
      grid.value = String(editor.tools.step);
      grid.addEventListener("change", () => editor.setGrid(Number(grid.value)));
      return node("section", "snapping", node("b", "", "吸附"),
        box("邻院", editor.ground.snapping.neighbours, (on) => editor.ground.setSnapping("neighbours", on)),
        box("道路", editor.ground.snapping.roads, (on) => editor.ground.setSnapping("roads", on)), grid, node("small", "", "按住 Alt 暂停"));
    }

    // ---- coordinates -------------------------------------------------------------------------------------------
    coordinates() {
      const { editor } = this, { forms, datums } = editor.data;
      const form = options(node("select"), forms), datum = options(node("select"), datums), text = node("textarea");
      text.rows = 5;
      text.placeholder = "每行一个点，如 113.680500 34.752000；空行另起一圈（圈内的圈为洞）。也可粘贴 WKT 或 GeoJSON。";
      text.spellcheck = false;
      this.parsed = node("div", "parsed");
      const chosen = () => ({ form: form.value, datum: datum.value });
      const read = cy.button("识别并采用", () => editor.parse({ text: text.value, ...chosen() }), "main");
      const list = cy.button("列出当前坐标", async () => { const found = await editor.write(chosen()); if (found) text.value = found; });
      return node("details", "coordinates", node("summary", "", "坐标：输入、粘贴、列出"), node("div", "row", labelled("写法", form), labelled("坐标基准", datum)),
        labelled("坐标文本", text), node("div", "row", read, list), this.parsed);
    }

    showParsed(lines, fault) {
      if (this.parsed) this.parsed.replaceChildren(...lines.map((words) => node("p", fault ? "bad" : "good", words)));
    }

    // ---- saving ------------------------------------------------------------------------------------------------
    buildSaving() {
      const { editor } = this;
      const status = options(node("select"), editor.data.statuses.map(([value, label]) => [value, label]));
      const radius = node("input");
      radius.type = "number";
      radius.min = "1";
      radius.max = "5000";
      radius.placeholder = "不详";
      Object.assign(this, { statusField: status, radiusField: radius });
      status.addEventListener("change", () => editor.formChanged());
      radius.addEventListener("input", () => editor.formChanged());
      this.save = cy.button("保存边界", () => editor.save(), "main save");
      this.drop = cy.button("放弃修改", () => editor.abandon());
      this.reviewLine = node("p", "review-line");
      this.authorPlace = node("div");
      this.saving.replaceChildren(
        node("div", "row", labelled("界线性质", status), labelled("位置不确定度（m）", radius)),
        editor.field("reason", "修改原因（必填）", "textarea"), this.authorPlace,
        node("div", "row", this.save, this.drop), this.answer, this.reviewLine);
    }

    showAnswer(lines, kind) { this.answer.replaceChildren(...lines.map((words) => node("p", kind, words))); }

    // ---- what changes all the time -----------------------------------------------------------------------------
    // Made anew only when something in them changed: a field that somebody types into stays where it is.
    showCards() {
      const { editor } = this, key = editor.cardsKey;
      if (key === this.cardsKey) return;
      this.cardsKey = key;
      const every = editor.reviewing ? [cy.clashCard(editor), cy.reviewCard(editor)]
        : [cy.returnedCard(editor), cy.draftCard(editor), cy.clashCard(editor), cy.splitCard(editor), cy.givenCard(editor), cy.mergeCard(editor)];
      this.cards.replaceChildren(...every.filter(Boolean));
    }

    showSize() {
      const { editor } = this, { check } = editor, { shape, point } = editor.drawn.now;
      const figure = (label, value) => node("div", "figure", node("span", "", label), node("b", "", value));
      if (!shape) {
        this.size.replaceChildren(node("p", "none", point ? "只有大致位置，没有边界。" : "还没有边界，也没有位置。"));
        return;
      }
      const about = editor.metric.measure(cy.toParts(shape));
      const known = check && !editor.checking;
      const more = known ? `${check.parts} 块　${check.holes} 洞　${check.vertices} 个顶点　${check.valid ? "按 EPSG:4547 量算" : "形状有误，面积和周长无从量算"}` : "正在按 EPSG:4547 量算……";
      const told = (exact, rough, write) => (known ? (check.valid ? write(exact) : "—") : "约 " + write(rough));
      this.size.replaceChildren(
        figure("面积", told(check && check.area, about.area, cy.squareText)),
        figure("周长", told(check && check.perimeter, about.length, cy.lengthText)), node("small", "", more));
    }

    showChecks() {
      const { editor } = this, { check } = editor;
      const line = (kind, words, ...more) => node("p", kind, words, ...more);
      this.checks.classList.toggle("waiting", editor.checking);
      if (!editor.drawn.shape && editor.base.shape) {
        const area = cy.squareText(editor.metric.measure(cy.toParts(editor.base.shape)).area);
        this.checks.replaceChildren(line("bad", `保存后，库里的边界（${area}）将被删除；原形状留在变更记录里，可以恢复`));
        return;
      }
      if (!check || !editor.drawn.shape) { this.checks.replaceChildren(); return; }
      const rows = check.faults.map((words) => line("bad", words));
      if (check.repaired && !editor.reviewing) rows.push(node("p", "", `可修复为 ${cy.squareText(check.repaired.area)}、${check.repaired.parts} 块：`, cy.button("采用修复后的形状", () => editor.adopt(check.repaired.shape))));
      check.overlaps.forEach((item) => rows.push(line("bad", `与“${item.name}”重叠 ${cy.squareText(item.area)}`)));
      if (check.outside) rows.push(line("bad", `超出${check.outside.street} ${cy.squareText(check.outside.area)}（街道界线为${check.outside.status}，仅供参考）`));
      if (!rows.length) rows.push(line("good", "与邻院不重叠，没有超出街道"));
      check.zones.forEach((zone) => rows.push(line("zone", `涉及${zone.invented ? "假想区划" : zone.kind}“${zone.name}” ${cy.squareText(zone.area)}（界线为${zone.status}，不作划界依据）`)));
      if (editor.checking) rows.unshift(line("", "边界已改，正在重新核对；下面是改动前的结果"));
      this.checks.replaceChildren(...rows);
    }

    showTools() {
      const { editor } = this, { tools, drawn } = editor;
      Object.entries(this.buttons).forEach(([name, made]) => {
        made.classList.toggle("on", tools.name === name);
        made.setAttribute("aria-pressed", String(tools.name === name));
        made.disabled = !drawn.shape && ["edit", "move", "rotate", "hole", "split", "erase"].includes(name);
      });
      this.undo.disabled = !drawn.canUndo && !tools.isDrawing;
      this.redo.disabled = !drawn.canRedo;
      this.status.textContent = editor.reviewing ? "复核：对照原边界与现边界" : tools.hint;
    }

    showSaving() {
      const { editor } = this, { data } = editor;
      if (editor.reviewing) return;
      const name = editor.authorField();
      if (this.authorPlace.firstChild !== name) this.authorPlace.replaceChildren(name);
      this.reviewLine.textContent = data.facts.reviewText;
      this.save.textContent = editor.drawn.shape ? "保存边界" : editor.drawn.now.point ? "保存位置" : "保存（无边界）";
      this.save.disabled = !data.writable || editor.saving || !editor.changed || Boolean(editor.clash);
      this.drop.disabled = !editor.changed;
      if (!data.writable) this.showAnswer(["数据库现在只能查看，不能保存；请联系管理员。"], "bad");
    }
  };
})();
