/**
 * Moving, adding and taking away the corners of parcels that are on the map already: Leaflet-Geoman by
 * the pointer, one corner at a time by keys.
 */

import { el } from "../dom.js";
import { quieten } from "../map/draw.js";
import { L } from "../map/leaflet.js";
import { CornerKeys } from "./corner-keys.js";

const HELP = "拖动界址点；拖边上的淡点加点；右键点去点";
const EDITING = { allowSelfIntersection: true, snappable: false };
const DEPTH = 1;

/** The polygons of layers as coordinates, to the last digit: corners that nobody moved stay what they are. */
const read = (layers) => layers.map((layer) => layer.toGeoJSON(false).geometry.coordinates);

/** Let the user change the features; onDone(features) or onCancel(). Metres are of the meridian's plane. Answers {cancel()}. */
export async function editOutline(map, features, { meridian, onDone, onCancel }) {
  const { leaflet, stage } = map;
  if (!L.PM) await import("../../../vendor/leaflet-geoman/leaflet-geoman.min.js");
  if (!leaflet.pm) L.PM.reInitLayer(leaflet);
  leaflet.pm.setLang("zh");
  const color = map.theme.token("--map-selected");
  const group = L.geoJSON({ type: "FeatureCollection", features }, { style: { color, weight: 2, fillOpacity: 0.1 }, pmIgnore: false });
  group.addTo(leaflet);
  const layers = group.getLayers();
  for (const layer of layers) {
    L.PM.reInitLayer(layer);
    layer.pm.enable(EDITING);
    layer.on("pm:edit pm:markerdragend pm:vertexadded pm:vertexremoved", () => {
      quieten(leaflet);
      keys.refresh();
    });
  }
  quieten(leaflet);
  const write = (parcels) => {
    const before = read(layers);
    parcels.forEach((rings, index) => {
      if (JSON.stringify(rings) === JSON.stringify(before[index])) return;
      const layer = layers[index];
      layer.pm.disable();
      layer.setLatLngs(L.GeoJSON.coordsToLatLngs(rings, DEPTH));
      layer.pm.enable(EDITING);
    });
    quieten(leaflet);
  };
  const names = features.map(({ properties }) => properties?.name);
  const keys = new CornerKeys({ map, color, names, meridian, read: () => read(layers), write });
  let isOver = false;
  const end = () => {
    isOver = true;
    document.removeEventListener("keydown", onKey);
    keys.destroy();
    for (const layer of layers) layer.pm.disable();
    group.remove();
    bar.remove();
  };
  const finish = () => {
    if (isOver) return;
    const found = layers.map((layer) => ({ ...layer.feature, geometry: layer.toGeoJSON(false).geometry }));
    end();
    onDone(found);
  };
  const cancel = () => {
    if (isOver) return;
    end();
    onCancel();
  };
  const onKey = (event) => {
    if (event.key === "Escape") cancel();
    else if (event.key === "Enter" && !event.ctrlKey && (event.target === keys.button || !(event.target instanceof HTMLButtonElement))) finish();
  };
  const bar = el(
    "div",
    { class: "gis-float gis-draw-bar gis-edit-bar", role: "toolbar", "aria-label": "改界址点" },
    keys.element,
    el("span", { text: HELP }),
    el("button", { type: "button", class: "primary", onclick: finish }, "完成 ", el("kbd", { text: "↵" })),
    el("button", { type: "button", onclick: cancel }, "取消 ", el("kbd", { text: "Esc" })),
  );
  stage.append(bar);
  document.addEventListener("keydown", onKey);
  keys.button.focus();
  return { cancel };
}
