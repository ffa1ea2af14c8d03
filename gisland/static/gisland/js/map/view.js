/** Leaflet as our map wants it, where it begins, and how it is brought to bounds: clear of the panel over it. */

import { wantsStillness } from "../dom.js";
import { L } from "./leaflet.js";

const PANES = { "gis-vectors": 350, "gis-shapes": 380, "gis-outlines": 440, "gis-labels": 450 };
const FLY_SECONDS = 0.4;
const MARGIN_PX = 12;
const PANEL_PX = 316;
const ROOM_FOR_LAYERS_PX = 900;
const ROOM_FOR_LEGEND_PX = 560;

function boundsOf([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

/** Leaflet in an element, with the panes that our layers lie in: they let the pointer through. */
export function makeLeaflet(element, { keyboard = true, zoomButtons = true } = {}) {
  const leaflet = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    keyboard,
    maxZoom: 20,
    minZoom: 4,
    zoomAnimation: !wantsStillness(),
    fadeAnimation: false,
    markerZoomAnimation: false,
  });
  if (zoomButtons) L.control.zoom({ zoomInTitle: "放大（+）", zoomOutTitle: "缩小（−）" }).addTo(leaflet);
  for (const [name, order] of Object.entries(PANES)) {
    const pane = leaflet.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = "none";
  }
  return leaflet;
}

/** Which panels are open at first: as the page says, else where there is room for them. */
export function openPanels(config, width) {
  const isUnknown = width === 0;
  return {
    layers: config.layers_open ?? (isUnknown || width >= ROOM_FOR_LAYERS_PX),
    legend: config.legend_open ?? (isUnknown || width >= ROOM_FOR_LEGEND_PX),
  };
}

function padding(isCovered) {
  return { paddingTopLeft: [MARGIN_PX, MARGIN_PX], paddingBottomRight: [isCovered ? PANEL_PX : MARGIN_PX, MARGIN_PX] };
}

/** Begin at what the address said, else at the bounds, else at the centre. */
export function begin(leaflet, config, said, isCovered) {
  if (said) leaflet.setView(said.center, said.zoom);
  else if (config.bounds) leaflet.fitBounds(boundsOf(config.bounds), { ...padding(isCovered), animate: false });
  else leaflet.setView([config.center[1], config.center[0]], config.zoom);
}

/** Bring bounds into view, flying only where motion is welcome. */
export function bring(leaflet, bounds, { maxZoom = 17, isCovered = false } = {}) {
  const options = { ...padding(isCovered), maxZoom };
  if (wantsStillness()) leaflet.fitBounds(boundsOf(bounds), { ...options, animate: false });
  else leaflet.flyToBounds(boundsOf(bounds), { ...options, duration: FLY_SECONDS });
}
