// Drawing editor, line to Python: one question at a time, in order, asked again until it is answered, since a
// connection may be lost meanwhile. Python answers each number once.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const PATIENCE_MS = 10000, AGAIN_MS = 3000;

  cy.Line = class {
    constructor(send, notice) {
      Object.assign(this, { send, notice, asked: [], waiting: null, serial: 0, mark: Math.random().toString(36).slice(2, 8) });
    }

    ask(kind, question) {
      return new Promise((resolve) => {
        this.asked.push({ question: { ...question, kind, serial: `${this.mark}.${(this.serial += 1)}` }, resolve });
        this.next();
      });
    }

    next() {
      if (this.waiting || !this.asked.length) return;
      this.waiting = this.asked.shift();
      this.put();
    }

    put() {
      clearTimeout(this.timer);
      if (!this.waiting) return;
      this.sentAt = performance.now();
      this.send(this.waiting.question);
      this.timer = setTimeout(() => {
        this.notice("服务器没有回应，正在重试；描绘已留在本机，不会丢。");
        this.put();
      }, PATIENCE_MS);
    }

    hear(answer) {
      if (!this.waiting) return;
      if (!answer || answer.serial !== this.waiting.question.serial) {
        if (performance.now() - this.sentAt > AGAIN_MS) this.put(); // Python speaks again after a silence
        return;
      }
      const { resolve } = this.waiting;
      clearTimeout(this.timer);
      this.waiting = null;
      this.notice("");
      resolve(answer);
      this.next();
    }

    // Nobody waits any more: another compound, or the page is left.
    drop() {
      clearTimeout(this.timer);
      this.asked = [];
      this.waiting = null;
    }
  };
})();
