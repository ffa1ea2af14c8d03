import assert from "node:assert/strict";
import { test } from "node:test";

import { added, cornersOf, metresOf, moved, put, removed, stepped } from "../../gisland/static/gisland/js/site/corners.js";

const MERIDIAN = 117;
const ring = (...corners) => [...corners, corners[0]];
const SQUARE = [ring([117, 33], [117.001, 33], [117.001, 33.001], [117, 33.001])];
const HOLED = [ring([117.01, 33], [117.02, 33], [117.02, 33.01]), ring([117.015, 33.002], [117.018, 33.002], [117.018, 33.005])];
const at = (parcel, number, index) => ({ parcel, ring: number, index });
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} ≠ ${other}`);

test("corners are walked parcel by parcel, ring by ring, and round again", () => {
  const parcels = [SQUARE, HOLED];
  assert.equal(cornersOf(parcels).length, 10);
  assert.deepEqual(stepped(parcels, at(0, 0, 3), 1), at(1, 0, 0));
  assert.deepEqual(stepped(parcels, at(1, 0, 2), 1), at(1, 1, 0));
  assert.deepEqual(stepped(parcels, at(1, 1, 2), 1), at(0, 0, 0));
  assert.deepEqual(stepped(parcels, at(0, 0, 0), -1), at(1, 1, 2));
});

test("a corner moves by metres; the first one takes the point that closes its ring along", () => {
  const before = metresOf([SQUARE], at(0, 0, 0), MERIDIAN);
  const found = moved([SQUARE], at(0, 0, 0), 10, -0.1, MERIDIAN);
  const after = metresOf(found, at(0, 0, 0), MERIDIAN);
  near(after.east - before.east, 10);
  near(after.north - before.north, -0.1);
  assert.deepEqual(found[0][0].at(-1), found[0][0][0]);
  assert.deepEqual(found[0][0].slice(1, 4), SQUARE[0].slice(1, 4), "the others stay to the last digit");
});

test("a corner is put where its coordinates say", () => {
  const found = put([SQUARE], at(0, 0, 2), { east: 500050.25, north: 3652700.5 }, MERIDIAN);
  const { east, north } = metresOf(found, at(0, 0, 2), MERIDIAN);
  near(east, 500050.25);
  near(north, 3652700.5);
});

test("a new corner stands half way to the next, the last one's before the first", () => {
  const { parcels, corner } = added([SQUARE], at(0, 0, 3), MERIDIAN);
  assert.deepEqual(corner, at(0, 0, 4));
  assert.equal(parcels[0][0].length, 6);
  near(parcels[0][0][4][1], 33.0005);
});

test("a corner is taken away while three are left", () => {
  const { parcels, corner } = removed([SQUARE], at(0, 0, 3));
  assert.deepEqual(corner, at(0, 0, 0));
  assert.equal(parcels[0][0].length, 4);
  assert.equal(removed(parcels, corner), null);
});
