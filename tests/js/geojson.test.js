import assert from "node:assert/strict";
import { test } from "node:test";

import { geographic, mercator, paintable } from "../../gisland/static/gisland/js/map/geojson.js";
import { contains } from "../../gisland/static/gisland/js/map/pick.js";
import { LINE, POINT, POLYGON } from "../../gisland/static/gisland/js/map/vectortile.js";

const polygon = (...rings) => ({ type: "Feature", properties: { id: 7, name: "甲" }, geometry: { type: "Polygon", coordinates: rings } });
const ring = (west, south, east, north) => [[west, south], [east, south], [east, north], [west, north], [west, south]];

function turn({ coordinates }, start, end) {
  let sum = 0;
  for (let index = start; index < end; index += 2) {
    const next = index + 2 < end ? index + 2 : start;
    sum += coordinates[index] * coordinates[next + 1] - coordinates[next] * coordinates[index + 1];
  }
  return Math.sign(sum);
}

test("pixels of the world and back", () => {
  for (const place of [[118.5, 33], [-179, -60], [0, 0]]) {
    geographic(mercator(place)).forEach((value, index) => assert.ok(Math.abs(value - place[index]) < 1e-9));
  }
});

test("shells turn right and holes left, whichever way they came, and rings are open", () => {
  const outer = ring(118, 33, 118.1, 33.1);
  const hole = ring(118.02, 33.02, 118.05, 33.05);
  for (const rings of [[outer, hole], [[...outer].reverse(), [...hole].reverse()], [outer, [...hole].reverse()]]) {
    const [feature] = paintable([polygon(...rings)]).features;
    assert.deepEqual(feature.ends, [8, 16]);
    assert.equal(turn(feature, 0, 8), 1);
    assert.equal(turn(feature, 8, 16), -1);
  }
});

test("each kind of geometry becomes its own painted feature under one id; an empty one none", () => {
  const geometry = {
    type: "GeometryCollection",
    geometries: [
      { type: "MultiPoint", coordinates: [[118, 33], [119, 33]] },
      { type: "MultiLineString", coordinates: [[[118, 33], [119, 34]], [[118, 34], [119, 35]]] },
      { type: "MultiPolygon", coordinates: [[ring(118, 33, 118.1, 33.1)], [ring(119, 33, 119.1, 33.1)]] },
      { type: "MultiPolygon", coordinates: [] },
    ],
  };
  const { features } = paintable({ type: "FeatureCollection", features: [{ type: "Feature", id: "a", properties: null, geometry }, { type: "Feature", properties: {}, geometry: null }] });
  assert.deepEqual(features.map(({ id, type, ends }) => [id, type, ends.length]), [["a", POINT, 2], ["a", LINE, 2], ["a", POLYGON, 2]]);
});

test("an id is the feature's, else its property, else its number", () => {
  const place = { type: "Point", coordinates: [118, 33] };
  const { features } = paintable([{ type: "Feature", id: 3, properties: { id: 4 }, geometry: place }, { type: "Feature", properties: { id: 4 }, geometry: place }, { type: "Feature", geometry: place }]);
  assert.deepEqual(features.map(({ id }) => id), [3, 4, 2]);
});

test("coordinates are small numbers from the anchor, and the bounds are degrees", () => {
  const { bounds, features } = paintable([polygon(ring(118, 33, 118.01, 33.01)), polygon(ring(118.2, 33.2, 118.21, 33.21))]);
  assert.ok(features.every(({ coordinates }) => coordinates.every((value) => value >= 0 && value < 2 ** 24)));
  [118, 33, 118.21, 33.21].forEach((wanted, index) => assert.ok(Math.abs(bounds[index] - wanted) < 1e-6));
});

test("a label stands inside its ground, also where that bends or has a hole in the middle", () => {
  const bent = [[118, 33], [118.1, 33], [118.1, 33.01], [118.01, 33.01], [118.01, 33.1], [118, 33.1], [118, 33]];
  for (const rings of [[bent], [ring(118, 33, 118.1, 33.1), ring(118.03, 33.01, 118.07, 33.09)]]) {
    const [feature] = paintable([polygon(...rings)]).features;
    assert.ok(contains(feature, ...feature.place));
  }
});

test("what is no GeoJSON is refused by name", () => {
  assert.throws(() => paintable({ type: "Topology" }), /not GeoJSON/);
  assert.throws(() => paintable([{ type: "Feature", geometry: { type: "Circle", coordinates: [1, 2] } }]), /Circle/);
  assert.throws(() => paintable([{ type: "Feature", id: 5, geometry: { type: "Point", coordinates: ["x", 2] } }]), /feature 5/);
  assert.deepEqual(paintable(null).features, []);
});
