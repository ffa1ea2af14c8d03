import assert from "node:assert/strict";
import { test } from "node:test";

import { contains, distance, featuresAt } from "../../gisland/static/gisland/js/map/pick.js";
import { LINE, POINT, POLYGON } from "../../gisland/static/gisland/js/map/vectortile.js";

function feature(id, type, ...parts) {
  const coordinates = parts.flat();
  const ends = parts.map((_, index) => parts.slice(0, index + 1).flat().length);
  const xs = coordinates.filter((_, index) => index % 2 === 0);
  const ys = coordinates.filter((_, index) => index % 2 === 1);
  return { id, type, coordinates, ends, bounds: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
}

const square = (x, y, side) => [x, y, x + side, y, x + side, y + side, x, y + side];
const ring = feature(1, POLYGON, square(0, 0, 100), square(40, 40, 20));
const inner = feature(2, POLYGON, square(10, 10, 10));
const road = feature(3, LINE, [0, 200, 100, 200, 100, 300]);
const well = feature(4, POINT, [300, 300]);
const layer = { features: [ring, inner, road, well] };
const ids = (x, y, tolerance = 3) => featuresAt(layer, x, y, tolerance).map(({ id }) => id);

test("inside is inside, a hole is outside", () => {
  assert.equal(contains(ring, 5, 5), true);
  assert.equal(contains(ring, 50, 50), false);
  assert.equal(contains(ring, 101, 50), false);
});

test("the smaller ground comes first", () => assert.deepEqual(ids(15, 15), [2, 1]));

test("lines and points are hit within the tolerance only", () => {
  assert.deepEqual(ids(50, 202), [3]);
  assert.deepEqual(ids(50, 205), []);
  assert.deepEqual(ids(301, 302), [4]);
  assert.equal(distance(road, 100, 350), 50);
});

test("ground smaller than the touch can be hit beside it", () => {
  const speck = { features: [feature(9, POLYGON, square(500, 500, 1))] };
  assert.equal(featuresAt(speck, 502.5, 500.5, 3).length, 1);
  assert.equal(featuresAt(speck, 506, 500.5, 3).length, 0);
});
