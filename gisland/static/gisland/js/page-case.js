/**
 * The page of a case: its map, with the places from which photos were taken and what they look at.
 */

import { readJson } from "./dom.js";
import { size } from "./imports/send.js";
import { createMap } from "./map/map.js";

const element = document.getElementById("map");
const map = createMap(element, readJson("map-config"));
element.gisMap = map;

const { features } = readJson("photo-shapes");
if (features.length) {
  map.shapes("photos", {
    title: "举证照片",
    features: { type: "FeatureCollection", features },
    look: () => ({ color: "--accent", width: 1.5, opacity: 0.25, term: "拍摄位置与视角" }),
    pickable: true,
    legend: true,
    fields: [
      { name: "taken", label: "拍摄时间" },
      { name: "azimuth", label: "方位角" },
      { name: "source", label: "位置来源" },
    ],
    name_field: "name",
  });
}

// Said before it is sent: the server would refuse it only after all of it has come.
const file = document.querySelector("input[type=file][data-limit]");
file?.addEventListener("change", () => {
  const limit = Number(file.dataset.limit);
  const large = [...file.files].find((one) => one.size > limit);
  file.setCustomValidity(large ? `${large.name} 有 ${size(large.size)}，超过单个材料 ${size(limit)} 的上限。` : "");
  file.reportValidity();
});

document.getElementById("fault")?.scrollIntoView({ block: "nearest" });
