// What the field page reckons itself: hashes where the browser has none, distances, receipts.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { newReceipt, sha256 } from "../../gisland/static/gisland/js/field/sha256.js";
import { bearing, distance, metres, sideOf } from "../../gisland/static/gisland/js/field/where.js";

test("our SHA-256 is that of everybody, at every length around a block", () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + length) % 256);
    assert.equal(sha256(bytes), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
  }
});

test("a receipt is a UUID of the random kind, and each another one", () => {
  const found = new Set(Array.from({ length: 200 }, newReceipt));
  assert.equal(found.size, 200);
  for (const one of found) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("how far and in which direction", () => {
  const here = { lon: 117, lat: 30 };
  assert.ok(Math.abs(distance(here, { lon: 117, lat: 30.001 }) - 111.2) < 0.2);
  assert.ok(Math.abs(distance(here, { lon: 117.001, lat: 30 }) - 96.3) < 0.2);
  assert.equal(distance(here, here), 0);
  assert.equal(Math.round(bearing(here, { lon: 117, lat: 31 })), 0);
  assert.equal(sideOf(bearing(here, { lon: 116, lat: 30 })), "西");
  assert.equal(sideOf(359), "北");
  assert.equal(metres(999.4), "999 米");
  assert.equal(metres(76_300), "76.3 公里");
});
