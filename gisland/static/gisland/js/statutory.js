/**
 * Area and length as the engine measures them (ADR 0001), for what a user draws: edges are straight in
 * the Gauss plane of the county's meridian, cut at 70 m, and taken to the cylindrical equal-area plane
 * of the ellipsoid, where the sum of trapezoids is the statutory area. Only shown, never stored. Pure.
 */

import { ELLIPSOID, gauss, ungauss } from "./gauss.js";

const LONGEST_M = 70;
const RADIANS = Math.PI / 180;
const { radius: A, eccentricity: E } = ELLIPSOID;

/** Corners of an edge in the plane, cut so that no part is longer than 70 m; without its last. */
function cut([longitude, latitude], [endLongitude, endLatitude], meridian) {
  const start = gauss(longitude, latitude, meridian);
  const end = gauss(endLongitude, endLatitude, meridian);
  const [east, north] = [end.east - start.east, end.north - start.north];
  const parts = Math.max(1, Math.ceil(Math.hypot(east, north) / LONGEST_M));
  const places = [[longitude, latitude]];
  for (let index = 1; index < parts; index++) {
    const place = ungauss(start.east + (east * index) / parts, start.north + (north * index) / parts, meridian);
    places.push([place.longitude, place.latitude]);
  }
  return places;
}

function ordinate(latitude) {
  const sine = Math.sin(latitude * RADIANS);
  return (A * (1 - E ** 2) * (sine / (1 - (E * sine) ** 2) + Math.atanh(E * sine) / E)) / 2;
}

/** Square metres of a ring [[lng, lat], …], open or closed; null with fewer than three corners. */
export function ringArea(ring, meridian) {
  const [first, last] = [ring[0], ring.at(-1)];
  const corners = ring.length > 1 && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
  if (corners.length < 3) return null;
  const places = corners.flatMap((corner, index) => cut(corner, corners[(index + 1) % corners.length], meridian));
  const [longitude, latitude] = places[0];
  const base = ordinate(latitude);
  const flat = places.map(([x, y]) => [A * RADIANS * (x - longitude), ordinate(y) - base]);
  let twice = 0;
  flat.forEach(([x, y], index) => {
    const [nextX, nextY] = flat[(index + 1) % flat.length];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

/** Square metres of a GeoJSON Polygon or MultiPolygon: shells less their holes. */
export function areaOf({ type, coordinates }, meridian) {
  const polygons = type === "MultiPolygon" ? coordinates : [coordinates];
  const ofOne = ([shell, ...holes]) => ringArea(shell, meridian) - holes.reduce((sum, hole) => sum + ringArea(hole, meridian), 0);
  return polygons.reduce((sum, polygon) => sum + ofOne(polygon), 0);
}

/** Metres on the ellipsoid along a line [[lng, lat], …]. */
export function lengthOf(line, meridian) {
  let sum = 0;
  for (let index = 0; index + 1 < line.length; index++) {
    const places = [...cut(line[index], line[index + 1], meridian), line[index + 1]];
    for (let part = 0; part + 1 < places.length; part++) sum += step(places[part], places[part + 1]);
  }
  return sum;
}

/** A short way by the radii of curvature at its middle. */
function step([longitude, latitude], [endLongitude, endLatitude]) {
  const middle = ((latitude + endLatitude) / 2) * RADIANS;
  const square = 1 - (E * Math.sin(middle)) ** 2;
  const north = ((A * (1 - E ** 2)) / square ** 1.5) * (endLatitude - latitude) * RADIANS;
  const east = (A / Math.sqrt(square)) * Math.cos(middle) * (endLongitude - longitude) * RADIANS;
  return Math.hypot(north, east);
}
