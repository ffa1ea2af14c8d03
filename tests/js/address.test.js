import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress, writeAddress } from "../../gisland/static/gisland/js/map/address.js";

test("a place and its layers survive the address", () => {
  const state = { zoom: 15, center: [28.59447, 110.70231], on: ["parcel"], off: ["land_use", "patches"] };
  const hash = writeAddress(state);
  assert.equal(hash, "#15/28.59447/110.70231&on=parcel&off=land_use,patches");
  assert.deepEqual(readAddress(hash), state);
});

test("what is not a place is nothing", () => {
  for (const hash of ["", "#", "#patch-3", "#15/28", "#15/98/110", "#a/b/c"]) assert.equal(readAddress(hash), null);
});
