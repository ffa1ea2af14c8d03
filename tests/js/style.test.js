import assert from "node:assert/strict";
import { test } from "node:test";

import { isInRange, layerSpec, lineOf, marksOf, paintedFrom, seenOn } from "../../gisland/static/gisland/js/map/style.js";

const feature = (attributes) => ({ get: (name) => attributes[name] });

const config = {
  styles: { illegal: { color: "#111111", hatch: "slash", line: "bold", label: "违法" }, legal: { color: "#222222", hatch: "none", label: "合法" } },
  marks: { redline: { color: "#333333", label: "红线" }, farmland: { color: "#444444", label: "永农" } },
};

test("patches take their look from the style token; the first style is painted last", () => {
  const spec = layerSpec({ id: "patches", title: "图斑", kind: "patch" }, config);
  assert.deepEqual(spec.looks.map(({ key }) => key), ["legal", "illegal"]);
  const look = spec.byKey.get(spec.keyOf(feature({ style: "illegal" })));
  assert.equal(look.hatch, "slash");
  assert.equal(look.line.width, 2.5);
  assert.equal(look.line.color, "#111111");
  assert.equal(spec.byKey.get("legal").hatch, null);
  assert.equal(spec.keyOf(feature({ style: "unheard" })), null);
});

test("a class code falls to the longest class it begins with, then to the layer's own look", () => {
  const classes = [{ value: "01", label: "耕地", color: "#010101" }, { value: "0103", label: "旱地", color: "#010301" }];
  const layer = { id: "land_use", title: "地类", kind: "fill", class_field: "code", classes, style: { color: "#999999" } };
  const spec = layerSpec(layer, config);
  assert.equal(spec.keyOf(feature({ code: "0103" })), "0103");
  assert.equal(spec.keyOf(feature({ code: "0101" })), "01");
  assert.equal(spec.keyOf(feature({ code: "9" })), "");
  assert.equal(spec.keyOf(feature({})), "");
  assert.equal(layerSpec({ ...layer, style: {} }, config).keyOf(feature({ code: "9" })), null);
});

test("marks come in the vocabulary's order", () => {
  assert.deepEqual(marksOf(feature({ marks: "farmland,redline,unknown" }), config.marks), ["redline", "farmland"]);
  assert.deepEqual(marksOf(feature({}), config.marks), []);
});

test("lines are words, widths or objects", () => {
  assert.deepEqual(lineOf("dashed", "#000000").dash, [6, 4]);
  assert.equal(lineOf(3, "#000000").width, 3);
  assert.equal(lineOf({ width: 2, color: "#123456" }, "#000000").color, "#123456");
  assert.equal(lineOf("none", "#000000"), null);
  assert.throws(() => lineOf("wavy", "#000000"), RangeError);
});

test("a layer is drawn between its zooms", () => {
  const spec = layerSpec({ id: "a", title: "a", kind: "line", minzoom: 12, maxzoom: 15, style: { color: "#000000" } });
  assert.deepEqual([11, 12, 15, 16].map((zoom) => isInRange(spec, zoom)), [false, true, true, false]);
});

test("a feature that another layer shows more closely is not painted", () => {
  const spec = layerSpec({ id: "patches", title: "图斑", kind: "patch", except: [7] }, config);
  assert.equal(spec.keyOf({ id: 7, ...feature({ style: "illegal" }) }), null);
  assert.equal(spec.keyOf({ id: 8, ...feature({ style: "illegal" }) }), "illegal");
});

test("patches are dots too where the tile of the zoom before holds only points", () => {
  const spec = layerSpec({ id: "patches", title: "图斑", kind: "patch" }, config);
  assert.deepEqual(paintedFrom(spec, 12), ["patches", "patches-labels"]);
  assert.deepEqual(paintedFrom(spec, 13), ["patches"]);
});

test("on a dark ground colours that would not be seen are made lighter; the others and a light ground's stay", () => {
  assert.equal(seenOn("#343A40", "#f4f5f3"), "#343A40");
  assert.notEqual(seenOn("#343A40", "#1a1e21"), "#343A40");
  assert.equal(seenOn("#e8590c", "#1a1e21"), "#e8590c");
  assert.equal(seenOn("red", "#1a1e21"), "red");
  assert.equal(seenOn(undefined, "#1a1e21"), undefined);
  const spec = layerSpec({ id: "a", title: "a", kind: "line", url: "", style: { color: "#343A40" } }, { ground: "#1a1e21" });
  assert.notEqual(spec.looks[0].line.color, "#343A40");
});
