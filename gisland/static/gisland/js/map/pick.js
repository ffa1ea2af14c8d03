/** What lies under a point, from the very coordinates that were painted. Pure. */

import { LINE, POINT, POLYGON } from "./vectortile.js";

/** Is x, y inside the rings (even-odd over all of them, so holes are outside)? */
export function contains({ coordinates, ends }, x, y) {
  let inside = false;
  let start = 0;
  for (const end of ends) {
    let previous = end - 2;
    for (let index = start; index < end; index += 2) {
      const [xi, yi, xj, yj] = [coordinates[index], coordinates[index + 1], coordinates[previous], coordinates[previous + 1]];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      previous = index;
    }
    start = end;
  }
  return inside;
}

function distanceToSegment(x, y, x1, y1, x2, y2) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = dx || dy ? Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/** Distance to a line's parts or to a point's places, in tile units. */
export function distance({ type, coordinates, ends }, x, y) {
  let least = Infinity;
  let start = 0;
  for (const end of ends) {
    for (let index = start; index < end; index += 2) {
      const last = type === POINT || index + 2 >= end;
      const next = last ? index : index + 2;
      least = Math.min(
        least,
        distanceToSegment(x, y, coordinates[index], coordinates[index + 1], coordinates[next], coordinates[next + 1]),
      );
    }
    start = end;
  }
  return least;
}

/** Features of a tile layer at x, y, the smallest ground first, so that what is hard to hit wins. */
export function featuresAt(tileLayer, x, y, tolerance) {
  const hits = [];
  for (const feature of tileLayer.features) {
    const [minX, minY, maxX, maxY] = feature.bounds;
    if (x < minX - tolerance || x > maxX + tolerance || y < minY - tolerance || y > maxY + tolerance) continue;
    const isHit =
      feature.type === POLYGON
        ? contains(feature, x, y) || Math.max(maxX - minX, maxY - minY) < tolerance
        : (feature.type === LINE || feature.type === POINT) && distance(feature, x, y) <= tolerance;
    if (isHit) hits.push(feature);
  }
  const size = ({ bounds }) => (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
  return hits.sort((one, other) => size(one) - size(other));
}
