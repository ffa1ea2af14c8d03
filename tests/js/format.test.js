import assert from "node:assert/strict";
import { test } from "node:test";

import {
  dateWindow, decimal, degrees, fixed, hectares, length, longDate, mu, percentage, ratio, squareMetres, sum,
} from "../../gisland/static/gisland/js/format.js";

test("亩 are m² × 3/2000, half up, exact where floats are not", () => {
  assert.equal(mu("2000"), "3.00");
  assert.equal(mu("666.67"), "1.00");
  assert.equal(mu("3.33"), "0.00"); // 0.004995
  assert.equal(mu("3.34"), "0.01"); // 0.00501
  assert.equal(mu("10"), "0.02"); // 0.015 exactly: a half goes up
  assert.equal(mu("-10"), "-0.02");
  assert.equal(mu("670"), "1.01"); // 1.005, which toFixed(2) prints as 1.00
  assert.equal(mu("9999999999999999.99"), "15,000,000,000,000.00");
  assert.equal(mu("1234567.89"), "1,851.85");
  assert.equal(mu("1234567.89", { grouped: false }), "1851.85");
  assert.equal(mu(0), "0.00");
});

test("what is not known is a dash, what is not a number is refused", () => {
  for (const nothing of [null, undefined, ""]) assert.equal(mu(nothing), "—");
  for (const wrong of ["12a", "1,2", ".", "NaN", NaN, Infinity]) assert.throws(() => mu(wrong), TypeError);
});

test("decimals are read whole", () => {
  assert.deepEqual(decimal("-12.340"), { units: -12340n, scale: 3 });
  assert.deepEqual(decimal("1e3"), { units: 1000n, scale: 0 });
  assert.deepEqual(decimal(1e-7), { units: 1n, scale: 7 });
  assert.deepEqual(decimal(".5"), { units: 5n, scale: 1 });
  assert.deepEqual(decimal(12345678901234567890n), { units: 12345678901234567890n, scale: 0 });
});

test("hectares to the square metre, square metres to the hundredth", () => {
  assert.equal(hectares("12345.5"), "1.2346");
  assert.equal(hectares("0.4"), "0.0000");
  assert.equal(squareMetres("1234.565"), "1,234.57");
  assert.equal(squareMetres("1234.5", { digits: 0 }), "1,235");
  assert.equal(fixed("-0.005", 2), "-0.01");
});

test("ratios are exact and have no value over zero", () => {
  assert.equal(ratio("1", "8"), "12.5 %");
  assert.equal(ratio("0.15", "1"), "15.0 %");
  assert.equal(ratio("1.005", "100", { digits: 2 }), "1.01 %");
  assert.equal(ratio("5", "0.00"), "—");
  assert.equal(ratio(null, "3"), "—");
  assert.equal(percentage("0.12345"), "12.3 %");
  assert.equal(percentage("0.1235", { digits: 2 }), "12.35 %");
  assert.equal(percentage(null), "—");
});

test("sums of decimals close", () => {
  assert.equal(sum(["0.1", "0.2", "0.30"]), "0.60");
  assert.equal(sum(Array.from({ length: 1000 }, () => "0.01")), "10.00");
  assert.equal(sum([]), "0");
});

test("dates, lengths and degrees", () => {
  assert.equal(longDate("2024-03-08"), "2024年3月8日");
  assert.equal(longDate("2024-03"), "2024年3月");
  assert.equal(longDate("2024"), "2024年");
  assert.equal(longDate(null), "—");
  assert.throws(() => longDate("8/3/2024"), TypeError);
  assert.equal(dateWindow("2023-10-02", null), "2023-10-02 – …");
  assert.equal(dateWindow(null, null), "—");
  assert.equal(length(999.95), "1,000.0 m");
  assert.equal(length(1234.5), "1.235 km");
  assert.equal(degrees(110.5), "110.50000000");
});
