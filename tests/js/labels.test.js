import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels } from "../../gisland/static/gisland/js/map/labels.js";

const label = (id, x, y, rank = 0) => ({ id, x, y, width: 40, height: 16, rank });
const ids = (labels) => placeLabels(labels).map(({ id }) => id);

test("labels do not touch; the weightier stays", () => {
  assert.deepEqual(ids([label("a", 100, 100, 2), label("b", 120, 100, 1), label("c", 200, 100, 3)]), ["b", "c"]);
  assert.deepEqual(ids([label("a", 100, 100), label("b", 100, 117)]), ["a", "b"]);
});

test("one label per feature, and the same ones whatever the order", () => {
  const many = [label("a", 100, 100), label("a", 300, 100), label("b", 110, 105), label("c", 125, 260)];
  assert.deepEqual(ids(many), ["a", "c"]);
  assert.deepEqual(ids([...many].reverse()), ["a", "c"]);
});
