/** What the map points at: the subject of its page, what the pointer is over, what was chosen, and where. */

import { drawOutline, drawPlace, identity } from "./annotate.js";

const isPickable = (layer) => (layer.isShape ? layer.pickable : layer.spec.kind === "patch" || layer.config.selectable === true);
const isSame = (one, other) => one?.id === other?.id && one?.layer === other?.layer;
const toldOf = (target) => (target ? { layer: target.layer.spec.id, id: target.id, properties: target.properties } : null);

export class Selection {
  /** hits(latlng) from the top down; onHover(isOverFinding), onSelect(detail), redraw() are the map's. */
  constructor({ subject = null, hits, onHover, onSelect, redraw }) {
    Object.assign(this, { subject, hits, onHover, onSelect, redraw });
    this.hovered = null;
    this.selected = null;
    this.place = null;
  }

  /** The topmost finding among hits. */
  topmost(hits) {
    const hit = hits.find(({ layer }) => isPickable(layer));
    return hit ? { layer: hit.layer, id: identity(hit.features[0]), properties: hit.features[0].properties } : null;
  }

  hover(latlng) {
    const target = latlng ? this.topmost(this.hits(latlng)) : null;
    if (isSame(target, this.hovered)) return;
    this.hovered = target;
    this.onHover(target !== null);
    this.redraw();
  }

  /** Choose; listeners hear of it when it is another than before, unless told to be quiet. */
  set(target, { isQuiet = false } = {}) {
    const isOld = isSame(target, this.selected);
    this.selected = target;
    this.redraw();
    if (!isOld && !isQuiet) this.onSelect(toldOf(target));
  }

  draw(context, frame, { grid, leaflet, ink }) {
    const outline = ({ layer, id }, color, width) => {
      if (layer.isShape && layer.visible) layer.outline(context, frame, { id, color, width, halo: ink.halo, zoom: leaflet.getZoom() });
      else if (!layer.isShape) drawOutline(context, frame, { grid, layer, id, color, width, halo: ink.halo });
    };
    if (this.subject) outline(this.subject, ink.selected, 2);
    if (this.hovered) outline(this.hovered, ink.hover, 2);
    if (this.selected) outline(this.selected, ink.selected, 3);
    if (!this.place) return Boolean(this.subject || this.hovered || this.selected);
    drawPlace(context, leaflet.project(this.place).subtract(frame.origin), ink);
    return true;
  }
}

export { toldOf };
