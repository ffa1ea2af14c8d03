/** A small plan of a patch, north up, with the phone's place: works without imagery and without a network. */

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 280;
const EDGE = 34;

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The plan as an <svg>; `place` {lon, lat} or null. */
export function plan(outline, place) {
  const rings = outline.coordinates.flat();
  const all = rings.flat().concat(place ? [[place.lon, place.lat]] : []);
  const [west, east] = [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))];
  const [south, north] = [Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y))];
  const flat = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const span = Math.max((east - west) * flat, north - south, 1e-5);
  const scale = (SIZE - 2 * EDGE) / span;
  const at = ([x, y]) => [
    (SIZE / 2 + (x - (west + east) / 2) * flat * scale).toFixed(1),
    (SIZE / 2 - (y - (south + north) / 2) * scale).toFixed(1),
  ];
  const svg = shape("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "field-plan", role: "img", "aria-label": "图斑示意图，上方为北" });
  const path = rings.map((ring) => `M${ring.map((point) => at(point).join(" ")).join("L")}Z`).join("");
  svg.append(shape("path", { d: path, class: "field-plan-patch", "fill-rule": "evenodd" }));
  const arrow = shape("path", { d: `M${SIZE - 20} 34l6 -22l6 22l-6 -5z`, class: "field-plan-north" });
  svg.append(arrow);
  if (place) {
    const [cx, cy] = at([place.lon, place.lat]);
    svg.append(shape("circle", { cx, cy, r: 7, class: "field-plan-me" }));
  }
  return svg;
}
