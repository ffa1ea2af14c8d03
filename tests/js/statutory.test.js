import assert from "node:assert/strict";
import { test } from "node:test";

import { ungauss, gauss } from "../../gisland/static/gisland/js/gauss.js";
import { areaOf, lengthOf, ringArea } from "../../gisland/static/gisland/js/statutory.js";

// meridian, ring, m²: area_m2(engine_ground(…)) of PostGIS; metres: the geodesic length of PROJ (geography).
const KNOWN = [
  [117, [[118.5, 33], [118.51, 33.001], [118.512, 33.012], [118.498, 33.009], [118.5, 33]], 1243651.37392, 4540.59237],
  [118.5, [[118.7, 32.1], [118.7005, 32.1], [118.7005, 32.1004], [118.7, 32.1004], [118.7, 32.1]], 2093.35953, 183.101086],
  [111, [[110.1, 28.1], [110.9, 28.05], [111.2, 28.9], [110.3, 29.1], [110.1, 28.1]], 8867404089.90896, 380502.73374],
];

test("an area is the engine's to 0.02 m², or for a whole county to its last figure in 10^10", () => {
  for (const [meridian, ring, wanted] of KNOWN) {
    const found = ringArea(ring, meridian);
    assert.ok(Math.abs(found - wanted) < Math.max(0.02, wanted * 1e-10), `${found} ≠ ${wanted}`);
    assert.ok(Math.abs(ringArea([...ring].reverse(), meridian) - found) < 1e-4, "whichever way the ring turns");
  }
});

test("holes are taken off, parts are added", () => {
  const [[meridian, ring, whole], [, small]] = KNOWN;
  const inner = small.map(([x, y]) => [x - 0.195, y + 0.905]);
  const hole = ringArea(inner, meridian);
  assert.ok(Math.abs(areaOf({ type: "Polygon", coordinates: [ring, inner] }, meridian) - (whole - hole)) < 0.02);
  assert.ok(Math.abs(areaOf({ type: "MultiPolygon", coordinates: [[ring], [inner]] }, meridian) - (whole + hole)) < 0.02);
});

test("a length is that of the ellipsoid; edges are straight in the plane, so long ones are a trifle longer", () => {
  for (const [meridian, ring, , wanted] of KNOWN) {
    const found = lengthOf(ring, meridian);
    assert.ok(Math.abs(found - wanted) < Math.max(0.001, wanted * 1e-6), `${found} ≠ ${wanted}`);
  }
});

test("two corners have no area", () => {
  assert.equal(ringArea([[118, 33], [118.1, 33]], 117), null);
});

test("from the plane and back is the same place to a nanodegree", () => {
  for (const [longitude, latitude, meridian] of [[110.7, 28.6, 111], [75.2, 39.4, 75], [112.4999, 3.25, 111], [112.5001, 53.5, 114], [118.25, 32.1, 117.5], [108, 30, 111]]) {
    const { east, north } = gauss(longitude, latitude, meridian);
    const back = ungauss(east, north, meridian);
    assert.ok(Math.abs(back.longitude - longitude) < 1e-9 && Math.abs(back.latitude - latitude) < 1e-9, `${back.longitude}, ${back.latitude}`);
  }
});
