// Chengyuan map in a file of its own: layers, legend and facts come from the page itself; nothing is ever asked for.
// Texts are data of a JSON block and shown through textContent alone.
(function () {
  "use strict";
  var cy = window.chengyuan;
  var file = JSON.parse(document.getElementById("cy-file").textContent);

  cy.source = function (name) {
    var layer = file.layers[name];
    return Promise.resolve(name === "compound" ? Uint8Array.from(atob(layer), function (c) { return c.charCodeAt(0); }).buffer : layer);
  };

  // There is nobody to send a click to: the map keeps the selection itself, and a finger sees the tooltip.
  cy.send = function (kind, id) {
    if (kind === "none") { cy.select(null); cy.openTip(-1); }
    if (kind === "compound") cy.openTip(cy.compoundPlace(id));
  };

  // A public file knows compounds only by a rounded place: it is not that nobody knows where they are.
  if (file.coarse) {
    var exact = cy.compoundTip;
    cy.compoundTip = function (i) {
      var rows = exact(i);
      return cy.isUncertain(cy.compounds, i) ? rows.slice(0, -1).concat("位置为概略点（公开版）") : rows;
    };
  }

  function element(kind, name, text) {
    var node = document.createElement(kind);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function put(id, nodes) {
    var holder = document.getElementById(id);
    nodes.forEach(function (node) { holder.appendChild(node); });
    if (!nodes.length) holder.hidden = true;
  }

  function picture(address) {
    var image = element("img", "cy-file-mark");
    image.alt = "";
    image.src = address;
    return image;
  }

  function line(entry) {
    var row = element("li");
    if (entry.picture) row.appendChild(picture(entry.picture));
    row.appendChild(element("span", "", entry.label));
    if (entry.count) row.appendChild(element("b", "", entry.count));
    return row;
  }

  function group(one) {
    var box = element("section"), list = element("ul");
    box.appendChild(element("h2", "", one.title));
    one.entries.forEach(function (entry) { list.appendChild(line(entry)); });
    box.appendChild(list);
    return box;
  }

  function choice(one) {
    var label = element("label"), box = element("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", function () {
      cy.state.push.on[one.name] = box.checked;
      cy.restyle();
    });
    label.appendChild(box);
    label.appendChild(element("span", "", one.label));
    return label;
  }

  function link(address) {
    var node = element("a", "", "打开同一视图（须在办公网内）");
    if (/^https?:\/\//.test(address)) node.href = address;
    node.rel = "noreferrer";
    return node;
  }

  put("cy-file-title", [element("h1", "", file.title), element("p", "", file.subtitle)]);
  put("cy-file-stamps", file.stamps.map(function (text) { return element("span", "", text); }));
  put("cy-file-legend", file.legend.map(group));
  put("cy-file-layers", file.switches.map(choice));
  put("cy-file-facts", file.facts.map(function (text) { return element("p", "", text); }).concat(file.link ? [link(file.link)] : []));
  if (file.watermark) {
    var words = [];
    for (var n = 0; n < 24; n++) words.push(element("span", "", file.watermark));
    put("cy-file-watermark", words);
  }
  cy.state.text = "file";
  cy.state.plain = file.push;
})();
