import assert from "node:assert/strict";
import { test } from "node:test";

import { lookTeller, Shapes } from "../../gisland/static/gisland/js/map/shapes.js";

const square = (id, west, kind) => ({
  type: "Feature",
  id,
  properties: { kind },
  geometry: { type: "Polygon", coordinates: [[[west, 33], [west + 0.1, 33], [west + 0.1, 33.1], [west, 33.1], [west, 33]]] },
});

function shapesOf(told) {
  const calls = [];
  const owner = { token: (name) => `value of ${name}`, changed: () => calls.push("changed"), choose: (_, id) => calls.push(id), fit: (bounds) => calls.push(bounds), remove: () => calls.push("removed") };
  return { shapes: new Shapes(owner, "s", { title: "变化", ...told }), calls };
}

test("a look may hang on a property, or be told by a function; null is not drawn", () => {
  const tell = lookTeller({ by: "kind", looks: { new: { color: "red" } }, width: 3 });
  assert.deepEqual(tell(square(1, 118, "new")), { width: 3, color: "red" });
  assert.deepEqual(tell(square(1, 118, "old")), { width: 3 });
  const { shapes } = shapesOf({ features: [square(1, 118, "new"), square(2, 119, "old")], look: ({ properties }) => (properties.kind === "new" ? {} : null) });
  assert.deepEqual(shapes.features.map(({ id }) => id), [1]);
});

test("colours by token, a fill of its own, no fill, no line", () => {
  const look = (given) => shapesOf({ features: [square(1, 118)], look: given }).shapes.spec.looks[0];
  assert.equal(look({}).color, "value of --map-selected");
  assert.equal(look({ color: "red", fill: "--accent" }).color, "value of --accent");
  assert.equal(look({ color: "red", fill: "--accent" }).line.color, "red");
  assert.equal(look({ fill: false }).opacity, 0);
  assert.equal(look({ fill: 0.6 }).opacity, 0.6);
  assert.equal(look({ width: 0 }).line, null);
  assert.deepEqual(look({ dash: true }).line.dash, [6, 4]);
  assert.equal(look({ hatch: "none" }).hatch, null);
});

const at = (lng, lat, zoom) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  const world = 256 * 2 ** zoom;
  return { x: (lng / 360 + 0.5) * world, y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world };
};

test("a place finds the shape under it at every zoom, and none beside it", () => {
  const { shapes } = shapesOf({ features: [square(1, 118), square(2, 119)] });
  for (const zoom of [8, 12, 19]) {
    assert.deepEqual(shapes.at(at(119.05, 33.05, zoom), zoom).map(({ id }) => id), [2]);
    assert.deepEqual(shapes.at(at(118.5, 33.05, zoom), zoom), []);
  }
});

test("the legend is told the looks that are in view", () => {
  const { shapes } = shapesOf({ features: [square(1, 118, "new"), square(2, 119, "old")], look: { by: "kind", looks: { new: { color: "red" }, old: { color: "blue" } } } });
  const keys = shapes.seen({ min: at(118.9, 33.2, 12), max: at(119.2, 32.9, 12) }, 12);
  assert.deepEqual([...keys].map((key) => shapes.spec.byKey.get(key).color), ["blue"]);
});

test("set, select, fit, show and remove reach the map", () => {
  const { shapes, calls } = shapesOf({ features: [square(1, 118)] });
  shapes.set([square(5, 120)]);
  shapes.select(5);
  shapes.show(false);
  shapes.show(false);
  shapes.remove();
  assert.deepEqual(calls, ["changed", 5, "changed", "removed"]);
  shapes.fit();
  assert.equal(Math.round(calls.at(-1)[0] * 100) / 100, 120);
});

test("one label a feature, where it is on screen", () => {
  const { shapes } = shapesOf({ features: [square(1, 118), square(2, 119)], look: ({ id }) => ({ label: id === 1 ? "甲" : null }) });
  const origin = at(117.9, 33.2, 10);
  const labels = shapes.labels({ origin, width: 800, height: 600 }, 10, (text) => text.length * 12);
  assert.deepEqual(labels.map(({ text, id }) => [text, id]), [["甲", "s/1"]]);
  assert.deepEqual(shapes.labels({ origin, width: 2, height: 2 }, 10, () => 12), []);
});
