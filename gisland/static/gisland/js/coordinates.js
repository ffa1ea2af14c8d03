/**
 * Reading a coordinate as people paste it: degrees in either order, decimal or with minutes and
 * seconds, or the Gauss plane in either order, with a zone number (3° or 6°) or, given the county's
 * meridian, without. What a number is follows from its size; in China no two readings overlap. Pure.
 */

import { ungauss } from "./gauss.js";

const CHINA = { west: 73, east: 136, south: 3, north: 54 };
const NORTH_M = [300_000, 6_000_000];
const EAST_M = [100_000, 900_000];
const THREE_DEGREES = [25, 45];
const SIX_DEGREES = [13, 23];
const HINT = "请粘贴一对坐标，如 118.5382, 33.0019 或 X 3654437.709 Y 40360906.069";

const within = (value, [low, high]) => value >= low && value <= high;
const isLongitude = (value) => within(value, [CHINA.west, CHINA.east]);
const isLatitude = (value) => within(value, [CHINA.south, CHINA.north]);

/** Full-width figures and signs as plain ones. */
const plain = (text) => text.normalize("NFKC").replace(/[′’‘`]/g, "'").replace(/[″“”]|''/g, '"').trim();

/** Degrees, then minutes and seconds that are not the degrees of the next angle. */
const ANGLE = /(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)(?![\d.]*\s*[°度])\s*['分]?\s*)?(?:(\d{1,2}(?:\.\d+)?)(?![\d.]*\s*[°度])\s*["秒]?)?/g;

/** Angles written with signs: 118°32'17.5". */
function anglesWithSigns(text) {
  return [...text.matchAll(ANGLE)].map(([, degrees, minutes = "0", seconds = "0"]) => sexagesimal([degrees, minutes, seconds].map(Number)));
}

function sexagesimal([degrees, minutes, seconds = 0]) {
  if (minutes >= 60 || seconds >= 60) throw new RangeError(`分和秒应小于 60：${degrees}°${minutes}′${seconds}″。`);
  return degrees + minutes / 60 + seconds / 3600;
}

/** Plain numbers; four or six of them are degrees with minutes, or with seconds too. */
function numbersOf(text) {
  const joined = text.replace(/(\d)-(?=\d)/g, "$1 ");
  const found = [...joined.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  if (found.length === 4 || found.length === 6) {
    const half = found.length / 2;
    return [sexagesimal(found.slice(0, half)), sexagesimal(found.slice(half))];
  }
  return found;
}

/** Meridian and easting of an east value with its zone number in front; null without one. */
function zoned(value) {
  const zone = Math.floor(value / 1e6);
  const easting = value - zone * 1e6;
  if (!within(easting, EAST_M)) return null;
  if (within(zone, THREE_DEGREES)) return { meridian: zone * 3, easting, said: `3° 带 ${zone}` };
  if (within(zone, SIX_DEGREES)) return { meridian: zone * 6 - 3, easting, said: `6° 带 ${zone}` };
  return null;
}

function fromDegrees(pair) {
  const [one, other] = pair;
  if (isLongitude(one) && isLatitude(other)) return { lng: one, lat: other, said: "经度、纬度" };
  if (isLatitude(one) && isLongitude(other)) return { lng: other, lat: one, said: "纬度、经度" };
  throw new RangeError(`经度应在 ${CHINA.west}–${CHINA.east}°，纬度应在 ${CHINA.south}–${CHINA.north}°：读到 ${one} 和 ${other}。`);
}

function fromPlane(pair, centralMeridian) {
  const isEast = (value) => zoned(value) !== null || within(value, EAST_M);
  const isNorth = (value) => within(value, NORTH_M);
  const fits = ([north, east]) => isNorth(north) && isEast(east);
  const inOrder = [pair, [pair[1], pair[0]]].find(fits);
  if (!inOrder) throw new RangeError(`X（北）应为七位整数，Y（东）应为带号加六位：读到 ${pair.join(" 和 ")}。`);
  const [north, east] = inOrder;
  const found = zoned(east) ?? (centralMeridian === null ? null : { meridian: centralMeridian, easting: east, said: `中央子午线 ${centralMeridian}°` });
  if (!found) throw new RangeError("Y 没有带号，且本页没有唯一的中央子午线。请在 Y 前加两位带号，如 40360906.069。");
  const { longitude, latitude } = ungauss(found.easting, north, found.meridian);
  if (!isLongitude(longitude) || !isLatitude(latitude)) throw new RangeError("换算后的位置不在我国范围内。请核对带号与 X、Y。");
  return { lng: longitude, lat: latitude, said: `X、Y，${found.said}` };
}

/** {lng, lat, said}: the place, and how it was read; throws a RangeError with a sentence for the user. */
export function readCoordinates(text, centralMeridian = null) {
  const tidy = plain(text);
  const signed = anglesWithSigns(tidy);
  const found = signed.length > 0 ? signed : numbersOf(tidy);
  if (found.length !== 2) throw new RangeError(found.length === 0 ? `没有读到数字。${HINT}。` : `读到 ${found.length} 个数，应为一对。${HINT}。`);
  if (/-\s*\d/.test(tidy.replace(/\d\s*-/g, ""))) throw new RangeError("坐标不应为负。请核对。");
  return found.every((value) => value <= 180) ? fromDegrees(found) : fromPlane(found, centralMeridian);
}

/** Is a text a coordinate? For a search field that takes words too. */
export function isCoordinates(text, centralMeridian = null) {
  try {
    return readCoordinates(text, centralMeridian) !== null;
  } catch {
    return false;
  }
}
