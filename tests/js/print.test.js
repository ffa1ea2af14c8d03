import assert from "node:assert/strict";
import { test } from "node:test";

import { scaleDenominator, sourceLine } from "../../gisland/static/gisland/js/map/print.js";

test("the scale is what a ruler on the paper finds", () => {
  // At the equator zoom 12 shows 38.2185 m a pixel; 96 pixels are an inch.
  assert.equal(scaleDenominator(0, 12), 144000);
  assert.equal(scaleDenominator(60, 12), 72200);
  assert.equal(scaleDenominator(0, 13), 72200);
});

test("the sources name what is on screen with its date", () => {
  assert.equal(sourceLine([{ title: "三调地类", date: "2023-12-31" }, { title: "图斑" }], [{ title: "影像", date: "2024-03-20" }], "CGCS2000"), "资料：三调地类 2023-12-31、图斑、影像 2024-03-20。坐标系：CGCS2000。");
  assert.equal(sourceLine([], [], ""), "资料：无。");
});
