// Drawing editor, cards: draft found, split parts, merged neighbours, somebody was faster, review.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const { node } = cy;

  cy.button = function (label, work, kind) {
    const made = node("button", kind || "", label);
    made.type = "button";
    made.addEventListener("click", work);
    return made;
  };

  const card = (kind, title, ...body) => node("section", "card " + kind, node("b", "", title), ...body);
  const row = (...children) => node("div", "row", ...children);
  const note = (words) => node("p", "", words);
  const moment = (at) => new Date(at).toLocaleString("zh-CN", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });

  // ---- draft -----------------------------------------------------------------------------------------------------
  cy.draftCard = function (editor) {
    const { draft, base } = editor;
    if (!draft) return null;
    const older = !draft.version ? "那以后整个数据库换过（恢复过备份）；保存时会请您对照。" : draft.version < base.version ? `它画在版本 ${draft.version} 上，库里现在是版本 ${base.version}；保存时会请您对照。` : "";
    return card("draft", `有未保存的描绘（${moment(draft.at)}）`, note("上次的描绘没有保存，留在这台电脑的浏览器里。" + older),
      row(cy.button("恢复未保存的描绘", () => editor.restoreDraft(), "main"), cy.button("丢弃", () => editor.dropDraft())));
  };

  // ---- split -----------------------------------------------------------------------------------------------------
  cy.splitCard = function (editor) {
    const { parts } = editor;
    if (!parts) return null;
    const list = parts.map((part, i) => {
      const check = node("input");
      check.type = "checkbox";
      check.checked = part.given;
      check.addEventListener("change", () => editor.assign(i, check.checked));
      return node("label", "part", check, `第 ${i + 1} 块 ${cy.squareText(part.area)}`, node("i", part.given ? "given" : "mine", part.given ? "分出去" : "留在本院"));
    });
    const whole = parts.every((part) => part.given) || parts.every((part) => !part.given);
    const apply = cy.button("按此分割", () => editor.applySplit(), "main");
    apply.disabled = whole;
    return card("split", `切成 ${parts.length} 块，勾选要分出去的`, ...list, row(apply, cy.button("不分割", () => editor.dropSplit())));
  };

  cy.givenCard = function (editor) {
    const { given } = editor.drawn.now;
    if (!given) return null;
    const taker = node("select"), name = node("input");
    taker.setAttribute("aria-label", "分出的一块归属");
    taker.append(new Option("新楼院（填名称）", ""), ...editor.data.takers.map(([id, label]) => new Option(label, id)));
    taker.value = editor.data.takers.some(([id]) => id === given.to) ? given.to : "";
    name.setAttribute("aria-label", "新楼院名称");
    name.placeholder = "新楼院名称";
    name.maxLength = 120;
    name.value = given.name || "";
    name.hidden = Boolean(taker.value);
    const told = () => { name.hidden = Boolean(taker.value); editor.setGiven(taker.value, name.value); };
    taker.addEventListener("change", told);
    name.addEventListener("input", told);
    return card("split", `分出一块 ${cy.squareText(given.area)}（绿色）`, note("归属：本街道一个无边界的楼院，或新建一个楼院。两边一次保存。"), taker, name);
  };

  // ---- merge -----------------------------------------------------------------------------------------------------
  cy.mergeCard = function (editor) {
    const { absorbed } = editor.drawn.now;
    if (!absorbed.length) return null;
    return card("merge", "并入的邻院", ...absorbed.map((other) => note(other.holds
      ? `“${other.name}”的档案保留（${other.holds}），变为无边界。`
      : `“${other.name}”没有工程、填报、阶段等记录，将归档（可在变更记录里恢复）。`)));
  };

  // ---- somebody was faster ---------------------------------------------------------------------------------------
  cy.clashCard = function (editor) {
    const { clash } = editor;
    if (!clash) return null;
    const size = (shape) => (shape ? cy.squareText(editor.metric.measure(cy.toParts(shape)).area) : "没有边界");
    const moved = clash.moved ? "边界也改了：紫色虚线是库里现在的，蓝色是您的。" : "边界没有改。";
    return card("clash", `您描绘期间，${clash.who} 于 ${clash.when} 保存了这个楼院`,
      note(`您的描绘还没有保存。${moved}`),
      note(`我的 ${size(editor.drawn.shape)}　库里 ${size(clash.now.shape)}`),
      ...clash.changed.map((words) => note("库里现在 " + words)),
      row(
        cy.button(editor.reviewing ? "重新核对" : "用我的", () => (editor.reviewing ? editor.takeTheirs(false) : editor.overrule()), "main"),
        editor.reviewing ? null : cy.button("用库里的", () => editor.takeTheirs(false)),
        editor.reviewing ? null : cy.button("从库里的接着改", () => editor.takeTheirs(true))));
  };

  cy.returnedCard = function (editor) {
    const { facts, said } = editor.data;
    return facts.review === "returned" ? card("returned", "复核人退回了这个边界", note(facts.reviewText), note(`意见：${said || "没有写明"}`)) : null;
  };

  // ---- review ----------------------------------------------------------------------------------------------------
  // As the store compares names: blanks, full width and case make no other person.
  const plain = (name) => name.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  cy.reviewCard = function (editor) {
    const { former, facts, author } = editor.data;
    const area = (shape) => editor.metric.measure(cy.toParts(shape)).area;
    const now = area(facts.shape), before = former ? area(former) : null;
    const change = before === null ? "这是第一次描绘，没有原边界。"
      : `原 ${cy.squareText(before)}，现 ${cy.squareText(now)}，变化 ${now - before >= 0 ? "+" : "−"}${cy.squareText(Math.abs(now - before))}。`;
    const own = !editor.asksName && author && plain(author) === plain(facts.drawnBy);
    const kind = editor.data.statuses.find(([value]) => value === facts.status)[1];
    const body = [note(facts.reviewText), note(`依据：${editor.data.said || "没有写明"}`),
      note(`界线性质 ${kind}，位置不确定度 ${facts.uncertainty === null ? "不详" : cy.lengthText(facts.uncertainty)}`), note("灰色虚线为原边界，蓝色为现边界。" + change)];
    if (facts.review !== "pending") return card("review", "这个边界不在待复核之列", ...body);
    if (own) body.push(note(`描绘人 ${facts.drawnBy} 与您（${author}）是同一人，不能复核自己的描绘；请换一个人。`));
    const reason = editor.field("reviewReason", "意见（退回时必填）", "textarea");
    const confirm = cy.button("确认", () => editor.review("confirmed"), "main"), back = cy.button("退回修改", () => editor.review("returned"));
    confirm.disabled = back.disabled = own || !editor.data.writable;
    return card("review", "复核", ...body, editor.authorField(), reason, row(confirm, back));
  };
})();
