// The marks of a patterned symbol in a square of 8 pixels, for the map and for the drawing editor alike.
window.chengyuanPattern = function (ctx, symbol) {
  "use strict";
  ctx.strokeStyle = ctx.fillStyle = symbol.stroke;
  ctx.lineWidth = 1.2;
  ctx.beginPath();
  if (symbol.pattern === "hatch" || symbol.pattern === "cross") {
    ctx.moveTo(-2, 2); ctx.lineTo(2, -2); ctx.moveTo(-2, 10); ctx.lineTo(10, -2); ctx.moveTo(6, 10); ctx.lineTo(10, 6);
  }
  if (symbol.pattern === "backhatch" || symbol.pattern === "cross") {
    ctx.moveTo(6, -2); ctx.lineTo(10, 2); ctx.moveTo(-2, -2); ctx.lineTo(10, 10); ctx.moveTo(-2, 6); ctx.lineTo(2, 10);
  }
  ctx.stroke();
  if (symbol.pattern === "dots") { ctx.arc(2, 2, 1, 0, 7); ctx.arc(6, 6, 1, 0, 7); ctx.fill(); }
};
