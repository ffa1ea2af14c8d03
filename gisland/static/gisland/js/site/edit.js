/** Moving, adding and taking away the corners of parcels that are on the map already. */

import { el } from "../dom.js";
import { L } from "../map/leaflet.js";

const HELP = "拖动界址点；拖边上的淡点加点；右键点去点";

/** Let the user change the features; onDone(features) or onCancel(). Answers {cancel()}. */
export async function editOutline(map, features, { onDone, onCancel }) {
  const { leaflet, stage } = map;
  if (!L.PM) await import("../../../vendor/leaflet-geoman/leaflet-geoman.min.js");
  if (!leaflet.pm) L.PM.reInitLayer(leaflet);
  leaflet.pm.setLang("zh");
  const color = map.theme.token("--map-selected");
  const group = L.geoJSON({ type: "FeatureCollection", features }, { style: { color, weight: 2, fillOpacity: 0.1 }, pmIgnore: false });
  group.addTo(leaflet);
  group.eachLayer((layer) => {
    L.PM.reInitLayer(layer);
    layer.pm.enable({ allowSelfIntersection: true, snappable: false });
  });
  let isOver = false;
  const end = () => {
    isOver = true;
    document.removeEventListener("keydown", onKey);
    group.eachLayer((layer) => layer.pm.disable());
    group.remove();
    bar.remove();
  };
  const finish = () => {
    if (isOver) return;
    const found = group.getLayers().map((layer) => {
      const { geometry } = layer.toGeoJSON(10);
      return { ...layer.feature, geometry };
    });
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
    else if (event.key === "Enter" && !event.ctrlKey && !(event.target instanceof HTMLButtonElement)) finish();
  };
  const bar = el(
    "div",
    { class: "gis-float gis-draw-bar", role: "toolbar", "aria-label": "改界址点" },
    el("span", { text: HELP }),
    el("button", { type: "button", class: "primary", onclick: finish }, "完成 ", el("kbd", { text: "↵" })),
    el("button", { type: "button", onclick: cancel }, "取消 ", el("kbd", { text: "Esc" })),
  );
  stage.append(bar);
  document.addEventListener("keydown", onKey);
  return { cancel };
}
