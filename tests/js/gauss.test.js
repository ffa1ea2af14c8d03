import assert from "node:assert/strict";
import { test } from "node:test";

import { gauss, zoneNumber, zoneOf } from "../../gisland/static/gisland/js/gauss.js";

// longitude, latitude, central meridian, east, north: PROJ's tmerc on the CGCS2000 ellipsoid (pyproj).
const KNOWN = [
  [110.70230692, 28.59446995, 111, 470880.54768, 3164359.64928],
  [109.5, 28.0, 111, 352447.70435, 3099348.64457],
  [112.4999, 18.25, 111, 658636.20552, 2019302.75027],
  [112.5001, 53.5, 114, 400471.37064, 5931313.17912],
  [75.2, 39.4, 75, 517227.31561, 4362930.78992],
  [134.77, 48.4, 135, 482969.27469, 5362930.8418],
  [113.25, 0.0, 111, 750533.68919, 0.0],
  [105.0, 35.0, 105, 500000.0, 3874592.90159],
  [108.0, 30.0, 111, 210474.53658, 3323905.46648],
  [116.3912757, 39.906217, 117, 447947.46585, 4419293.34731],
  [118.25, 32.1, 117.5, 570793.71724, 3553187.43153],
];

test("the plane agrees with PROJ to a tenth of a millimetre", () => {
  for (const [longitude, latitude, meridian, east, north] of KNOWN) {
    const found = gauss(longitude, latitude, meridian);
    assert.ok(Math.abs(found.east - east) < 1e-4, `east ${found.east} ≠ ${east}`);
    assert.ok(Math.abs(found.north - north) < 1e-4, `north ${found.north} ≠ ${north}`);
  }
});

test("the 3° zone of a longitude, and the number of a meridian", () => {
  assert.deepEqual(zoneOf(110.7), { number: 37, centralMeridian: 111 });
  assert.deepEqual(zoneOf(112.5001), { number: 38, centralMeridian: 114 });
  assert.equal(zoneNumber(111), 37);
  assert.equal(zoneNumber(117.5), null);
});
