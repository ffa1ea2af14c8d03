/**
 * GeoJSON (longitude, latitude) as features that the painter, the picker and the legend take: like those
 * of a tile, in pixels of zoom 22 from an anchor, so that single precision draws them right. Pure.
 */

import { LINE, POINT, POLYGON } from "./vectortile.js";

/** The zoom whose pixels are the units. */
export const UNIT_ZOOM = 22;

const WORLD = 256 * 2 ** UNIT_ZOOM;
const TYPES = { Point: POINT, MultiPoint: POINT, LineString: LINE, MultiLineString: LINE, Polygon: POLYGON, MultiPolygon: POLYGON };
const MIDDLE = 0.5003;

/** A longitude and latitude in pixels of the whole world. */
export function mercator([longitude, latitude]) {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return [(longitude / 360 + 0.5) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
}

/** Pixels of the whole world as longitude and latitude. */
export function geographic([x, y]) {
  return [(x / WORLD - 0.5) * 360, (Math.atan(Math.sinh((0.5 - y / WORLD) * 2 * Math.PI)) * 180) / Math.PI];
}

function listOf(given) {
  if (!given) return [];
  if (Array.isArray(given)) return given;
  if (given.type === "FeatureCollection" && Array.isArray(given.features)) return given.features;
  if (given.type === "Feature") return [given];
  if (given.type in TYPES || given.type === "GeometryCollection") return [{ type: "Feature", geometry: given, properties: {} }];
  throw new TypeError("shapes: not GeoJSON (a FeatureCollection, a Feature or a geometry)");
}

/** Single-typed geometries of one that may be a collection. */
function simple(geometry) {
  if (!geometry) return [];
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(simple);
  if (!(geometry.type in TYPES)) throw new TypeError(`shapes: unknown geometry ${geometry.type}`);
  return [geometry];
}

/** Twice the signed area; positive where the ring turns right on a screen. */
function turn(ring) {
  let sum = 0;
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length];
    sum += x * nextY - nextX * y;
  });
  return sum;
}

/** Rings open, the shell turning right and holes left, as the painter fills them. */
function ringsOf(polygon) {
  return polygon.map((ring, index) => {
    const [first, last] = [ring[0], ring.at(-1)];
    const open = ring.length > 1 && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
    const placed = open.map(mercator);
    return turn(placed) > 0 === (index === 0) ? placed : placed.reverse();
  });
}

const PARTS = {
  Point: (coordinates) => [[mercator(coordinates)]],
  MultiPoint: (coordinates) => coordinates.map((place) => [mercator(place)]),
  LineString: (coordinates) => [coordinates.map(mercator)],
  MultiLineString: (coordinates) => coordinates.map((line) => line.map(mercator)),
  Polygon: ringsOf,
  MultiPolygon: (coordinates) => coordinates.flatMap(ringsOf),
};

function flat(parts) {
  const coordinates = [];
  const ends = [];
  for (const part of parts) {
    for (const [x, y] of part) coordinates.push(x, y);
    ends.push(coordinates.length);
  }
  return { coordinates, ends };
}

function boundsOf(coordinates) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 0; index < coordinates.length; index += 2) {
    bounds[0] = Math.min(bounds[0], coordinates[index]);
    bounds[1] = Math.min(bounds[1], coordinates[index + 1]);
    bounds[2] = Math.max(bounds[2], coordinates[index]);
    bounds[3] = Math.max(bounds[3], coordinates[index + 1]);
  }
  return bounds;
}

/** The middle of the widest stretch inside at half height: always in the ground, however it bends. */
function inside({ coordinates, ends, bounds }) {
  const y = bounds[1] + (bounds[3] - bounds[1]) * MIDDLE;
  const crossings = [];
  let start = 0;
  for (const end of ends) {
    let previous = end - 2;
    for (let index = start; index < end; index += 2) {
      const [x1, y1, x2, y2] = [coordinates[previous], coordinates[previous + 1], coordinates[index], coordinates[index + 1]];
      if (y1 > y !== y2 > y) crossings.push(x1 + ((x2 - x1) * (y - y1)) / (y2 - y1));
      previous = index;
    }
    start = end;
  }
  crossings.sort((one, other) => one - other);
  let best = [bounds[0], bounds[2]];
  let widest = -1;
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    const width = crossings[index + 1] - crossings[index];
    if (width > widest) [widest, best] = [width, [crossings[index], crossings[index + 1]]];
  }
  return [(best[0] + best[1]) / 2, y];
}

function placeOf(feature) {
  if (feature.type === POLYGON) return inside(feature);
  const middle = 2 * Math.floor(feature.ends[0] / 4);
  return [feature.coordinates[middle], feature.coordinates[middle + 1]];
}

function painted(feature, geometry, id) {
  const { coordinates, ends } = flat(PARTS[geometry.type](geometry.coordinates));
  if (coordinates.length === 0) return [];
  if (!coordinates.every(Number.isFinite)) throw new TypeError(`shapes: feature ${id} has a place that is no longitude and latitude`);
  const properties = feature.properties ?? {};
  return [{ id, type: TYPES[geometry.type], coordinates, ends, properties, given: feature, get: (name) => properties[name] }];
}

/**
 * {anchor, bounds, features}: features {id, type, coordinates, ends, bounds, place, properties, given, get},
 * in pixels of UNIT_ZOOM from the anchor; `place` is where its label stands, `given` the GeoJSON feature,
 * bounds [west, south, east, north] of all in degrees, or null. An id is the feature's, else its property
 * "id", else its number in the list.
 */
export function paintable(given) {
  const features = listOf(given).flatMap((feature, index) => {
    const id = feature.id ?? feature.properties?.id ?? index;
    return simple(feature.geometry).flatMap((geometry) => painted(feature, geometry, id));
  });
  const all = features.map(({ coordinates }) => boundsOf(coordinates));
  if (all.length === 0) return { anchor: [0, 0], bounds: null, features };
  const [minX, minY, maxX, maxY] = boundsOf(all.flat());
  const anchor = [Math.floor(minX), Math.floor(minY)];
  for (const feature of features) {
    feature.coordinates = feature.coordinates.map((value, index) => value - anchor[index % 2]);
    feature.bounds = boundsOf(feature.coordinates);
    feature.place = placeOf(feature);
  }
  return { anchor, bounds: [...geographic([minX, maxY]), ...geographic([maxX, minY])], features };
}
