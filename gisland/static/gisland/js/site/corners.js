/**
 * The corners of parcels (界址点) one by one: walked through, moved by metres of the Gauss plane, added,
 * taken away. A corner is {parcel, ring, index}; parcels are polygons' coordinates with closed rings. Pure.
 */

import { gauss, ungauss } from "../gauss.js";

const LEAST = 3;

/** All corners in order: parcel by parcel, ring by ring, without the point that closes a ring. */
export function cornersOf(parcels) {
  return parcels.flatMap((rings, parcel) => rings.flatMap((ring, number) => ring.slice(0, -1).map((_, index) => ({ parcel, ring: number, index }))));
}

/** The place of a corner: {longitude, latitude}. */
export function placeOf(parcels, { parcel, ring, index }) {
  const [longitude, latitude] = parcels[parcel][ring][index];
  return { longitude, latitude };
}

/** East and north of a corner in metres, in the plane of this meridian. */
export function metresOf(parcels, corner, meridian) {
  const { longitude, latitude } = placeOf(parcels, corner);
  return gauss(longitude, latitude, meridian);
}

/** The parcels with one ring changed; the others are the same objects. */
function withRing(parcels, { parcel, ring }, change) {
  return parcels.map((rings, at) => (at === parcel ? rings.map((one, number) => (number === ring ? closed(change(one.slice(0, -1))) : one)) : rings));
}

const closed = (corners) => [...corners, corners[0]];

function degreesOf({ east, north }, meridian) {
  const { longitude, latitude } = ungauss(east, north, meridian);
  return [longitude, latitude];
}

/** The corner at these metres. */
export function put(parcels, corner, metres, meridian) {
  return withRing(parcels, corner, (corners) => corners.map((place, index) => (index === corner.index ? degreesOf(metres, meridian) : place)));
}

/** The corner moved so many metres to the east and to the north. */
export function moved(parcels, corner, byEast, byNorth, meridian) {
  const { east, north } = metresOf(parcels, corner, meridian);
  return put(parcels, corner, { east: east + byEast, north: north + byNorth }, meridian);
}

/** A new corner half way to the next one, which it becomes: {parcels, corner}. */
export function added(parcels, corner, meridian) {
  const ring = parcels[corner.parcel][corner.ring];
  const here = metresOf(parcels, corner, meridian);
  const next = metresOf(parcels, { ...corner, index: (corner.index + 1) % (ring.length - 1) }, meridian);
  const middle = { east: (here.east + next.east) / 2, north: (here.north + next.north) / 2 };
  const found = withRing(parcels, corner, (corners) => [...corners.slice(0, corner.index + 1), degreesOf(middle, meridian), ...corners.slice(corner.index + 1)]);
  return { parcels: found, corner: { ...corner, index: corner.index + 1 } };
}

/** Without the corner, and the one that stands there now; null where fewer than three would be left. */
export function removed(parcels, corner) {
  const count = parcels[corner.parcel][corner.ring].length - 1;
  if (count <= LEAST) return null;
  const found = withRing(parcels, corner, (corners) => corners.filter((_, index) => index !== corner.index));
  return { parcels: found, corner: { ...corner, index: corner.index % (count - 1) } };
}

/** The corner so many steps on in the walk through all of them. */
export function stepped(parcels, corner, by) {
  const all = cornersOf(parcels);
  const at = all.findIndex((one) => one.parcel === corner.parcel && one.ring === corner.ring && one.index === corner.index);
  return all[(Math.max(at, 0) + by + all.length) % all.length];
}
