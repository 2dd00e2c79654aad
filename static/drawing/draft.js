// Drawing editor, draft: unsaved work kept in this browser until it is saved or dropped.
// What comes back from storage is checked like anything from outside: it may be old, cut off or not ours.
(function () {
  "use strict";
  const cy = window.chengyuanDrawing;
  const PREFIX = "chengyuan.drawing.";
  const MOST_DRAFTS = 30, MOST_VERTICES = 50000, MOST_TEXT = 500;

  const finite = (value) => typeof value === "number" && Number.isFinite(value);
  const position = (p) => Array.isArray(p) && p.length === 2 && finite(p[0]) && finite(p[1]) && Math.abs(p[0]) <= 180 && Math.abs(p[1]) <= 90;
  const ring = (r) => Array.isArray(r) && r.length >= 4 && r.every(position);
  const polygon = (rings) => Array.isArray(rings) && rings.length > 0 && rings.every(ring);

  function shape(value) {
    if (!value || value.type !== "MultiPolygon" || !Array.isArray(value.coordinates) || !value.coordinates.length) return null;
    if (!value.coordinates.every(polygon)) return null;
    return value.coordinates.flat().reduce((count, one) => count + one.length, 0) <= MOST_VERTICES
      ? { type: "MultiPolygon", coordinates: value.coordinates } : null;
  }

  const point = (value) => (value && value.type === "Point" && position(value.coordinates) ? { type: "Point", coordinates: value.coordinates } : null);
  const text = (value) => (typeof value === "string" ? value.slice(0, MOST_TEXT) : "");
  const whole = (value) => Number.isInteger(value) && value > 0;

  function absorbed(value) {
    return (Array.isArray(value) ? value : [])
      .filter((item) => item && typeof item.id === "string" && whole(item.version))
      .map((item) => ({ id: item.id, version: item.version, name: text(item.name), holds: text(item.holds) }));
  }

  function given(value) {
    const part = value && shape(value.shape);
    return part ? { shape: part, area: finite(value.area) ? value.area : 0, to: text(value.to), name: text(value.name) } : null;
  }

  // Version 0: drawn on a database that a restored one has replaced since; nobody's version now.
  function checked(raw, statuses, foreign) {
    const kept = JSON.parse(raw);
    if (!kept || typeof kept !== "object" || !Number.isInteger(kept.version) || kept.version < 0 || !finite(kept.at)) return null;
    if ((kept.shape && !shape(kept.shape)) || (kept.point && !point(kept.point))) return null;
    return {
      version: foreign ? 0 : kept.version, at: kept.at, reason: text(kept.reason),
      status: statuses.includes(kept.status) ? kept.status : "",
      uncertainty: finite(kept.uncertainty) && kept.uncertainty > 0 ? kept.uncertainty : null,
      drawn: { shape: shape(kept.shape), point: point(kept.point), given: given(kept.given), absorbed: absorbed(kept.absorbed) }
    };
  }

  // A browser may forbid storage (private window, policy, full): drawing then goes on without drafts.
  function storage(work) {
    try { return work(window.localStorage); } catch (error) { console.warn("draft", String(error)); return null; }
  }

  const place = (epoch, id) => PREFIX + epoch + "." + id + ".";
  // Each tab keeps a draft of its own: two tabs on one compound must not lose each other's.
  const mark = "-" + Math.random().toString(36).slice(2, 8);

  // Of this compound, whatever database it was drawn on: an epoch and a version have no dot.
  const isOf = (name, id) => {
    const rest = name.slice(PREFIX.length), start = rest.indexOf("."), end = rest.lastIndexOf(".");
    return start > 0 && rest.slice(start + 1, end) === id && /^\d+(-[a-z0-9]+)?$/.test(rest.slice(end + 1));
  };

  cy.drafts = {
    // Keeps unsaved work; true when it is really there.
    keep(epoch, id, version, work) {
      return Boolean(storage((kept) => {
        cy.drafts.drop(id);
        kept.setItem(place(epoch, id) + version + mark, JSON.stringify({ ...work, version, at: Date.now() }));
        prune(kept);
        return true;
      }));
    },
    // The newest draft of a compound, checked; null without one that can be used.
    find(epoch, id, statuses) {
      return storage((kept) => {
        const found = names(kept).filter((name) => isOf(name, id)).map((name) => {
          try { return { ...checked(kept.getItem(name), statuses, !name.startsWith(place(epoch, id))), name }; } catch (error) { return null; }
        });
        return found.filter((draft) => draft && draft.drawn).sort((a, b) => b.at - a.at)[0] || null;
      });
    },
    // What this tab kept; a draft that was found; every draft of a compound.
    drop(id) { remove((name) => isOf(name, id) && name.endsWith(mark)); },
    take(draft) { remove((name) => name === draft.name); },
    discard(id) { remove((name) => isOf(name, id)); }
  };

  const remove = (which) => storage((kept) => names(kept).filter(which).forEach((name) => kept.removeItem(name)));
  const names = (kept) => Object.keys(kept).filter((name) => name.startsWith(PREFIX));

  function prune(kept) {
    const age = (name) => { try { return JSON.parse(kept.getItem(name)).at || 0; } catch (error) { return 0; } };
    names(kept).sort((a, b) => age(b) - age(a)).slice(MOST_DRAFTS).forEach((name) => kept.removeItem(name));
  }
})();
