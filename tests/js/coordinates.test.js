import assert from "node:assert/strict";
import { test } from "node:test";

import { isCoordinates, readCoordinates } from "../../gisland/static/gisland/js/coordinates.js";
import { gauss } from "../../gisland/static/gisland/js/gauss.js";

const HERE = { lng: 118.51158142, lat: 33.00636021 };
const plane = (meridian) => gauss(HERE.lng, HERE.lat, meridian);

function same(text, meridian = null, tolerance = 2e-8) {
  const { lng, lat } = readCoordinates(text, meridian);
  assert.ok(Math.abs(lng - HERE.lng) < tolerance && Math.abs(lat - HERE.lat) < tolerance, `${text} → ${lng}, ${lat}`);
}

test("degrees in either order, with any separator, full-width signs too", () => {
  for (const text of ["118.51158142, 33.00636021", "33.00636021 118.51158142", "118.51158142；33.00636021", "东经118.51158142，北纬33.00636021", "１１８．５１１５８１４２ ３３．００６３６０２１", "33.00636021°N 118.51158142°E", "118.51158142\t33.00636021\n"]) same(text);
});

test("degrees, minutes and seconds: with signs, words, spaces, dashes, or minutes only", () => {
  const seconds = [`118°30'41.6931"E 33°0'22.8968"N`, "33°00′22.8968″，118°30′41.6931″", "东经118度30分41.6931秒 北纬33度0分22.8968秒", "118 30 41.6931 33 0 22.8968", "118-30-41.6931, 33-00-22.8968"];
  for (const text of [...seconds, `118°30.6948852' 33°0.3816126'`, "118 30.6948852 33 0.3816126"]) same(text, null, 1e-7);
});

test("the plane in either order with the number of a 3° or 6° zone", () => {
  for (const [meridian, prefix] of [[120, 40], [117, 39], [117, 20]]) {
    const { east, north } = plane(meridian);
    const [x, y] = [north.toFixed(4), (prefix * 1e6 + east).toFixed(4)];
    for (const text of [`${x}, ${y}`, `${y} ${x}`, `X=${x} Y=${y}`, `Y：${y}；X：${x}`]) same(text);
  }
});

test("six figures take the county's meridian, a local one too; without one they are refused with the remedy", () => {
  for (const meridian of [117, 118.5]) {
    const { east, north } = plane(meridian);
    same(`${north.toFixed(4)} ${east.toFixed(4)}`, meridian);
    same(`${east.toFixed(4)} ${north.toFixed(4)}`, meridian);
    assert.throws(() => readCoordinates(`${north.toFixed(3)} ${east.toFixed(3)}`), /带号/);
  }
});

test("what cannot be read is answered in a sentence", () => {
  for (const [text, said] of [["", /没有读到数字/], ["东湖街道", /没有读到数字/], ["118.5", /读到 1 个数/], ["118.5 33.0 20.1", /读到 3 个数/], ["2.3, 48.8", /经度应在/], ["118 75 0 33 0 0", /小于 60/], ["-118.5, 33", /负/], ["3654437 99999999", /X（北）/], ["118.5 40360906", /X（北）/]]) {
    assert.throws(() => readCoordinates(text), said, text);
  }
});

test("a search field tells a coordinate from words and numbers of papers", () => {
  for (const text of ["118.5, 33.0", "X 3654437.709 Y 360906.069", `118°30'41" 33°0'22"`]) assert.ok(isCoordinates(text, 117), text);
  for (const text of ["320001", "示地〔2023〕1号", "东湖街道", "2024-03-15"]) assert.ok(!isCoordinates(text, 117), text);
});
