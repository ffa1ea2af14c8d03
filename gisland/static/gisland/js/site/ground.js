/** Parcels as coordinates that people read and edit, and back into features. Pure. */

const EIGHT = 8;

/** The polygons of GeoJSON, each a feature of its own with its name. */
export function parcelsOf(geojson) {
  return (geojson?.features ?? []).flatMap(({ properties, geometry }) => {
    if (!geometry) return [];
    const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
    return polygons.map((coordinates) => ({ type: "Feature", properties: { ...properties }, geometry: { type: "Polygon", coordinates } }));
  });
}

/** A FeatureCollection of parcels; parts of one name are one parcel. */
export function collectionOf(parcels) {
  const named = new Map();
  parcels.forEach(({ properties, geometry }, index) => {
    const name = properties?.name || `地块 ${index + 1}`;
    named.set(name, [...(named.get(name) ?? []), geometry.coordinates]);
  });
  const features = [...named].map(([name, polygons]) => ({
    type: "Feature",
    properties: { name },
    geometry: polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons },
  }));
  return { type: "FeatureCollection", features };
}

/** A name that no parcel has yet. */
export function freeName(parcels) {
  const taken = new Set(parcels.map(({ properties }) => properties?.name));
  let number = parcels.length + 1;
  while (taken.has(`地块 ${number}`)) number += 1;
  return `地块 ${number}`;
}

/** Parcels as lines of longitude and latitude, as the paste field takes them. */
export function asText(parcels) {
  return parcels
    .map(({ properties, geometry }) => {
      const rings = geometry.coordinates.map((ring) => ring.map(([x, y]) => `${x.toFixed(EIGHT)}, ${y.toFixed(EIGHT)}`).join("\n"));
      return [properties?.name, ...rings].filter(Boolean).join("\n");
    })
    .join("\n\n");
}
