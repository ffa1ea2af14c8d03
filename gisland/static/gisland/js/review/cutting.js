/** A patch cut by a drawn line: the line, the parts on the map, and the decision on each. */

import { postJson } from "../api.js";

const TINTS = ["#1c6fb8", "#e8590c", "#2b8a3e", "#7b2d8e"];
const lookOf = ({ properties }) => ({ color: TINTS[(properties.number - 1) % TINTS.length], width: 2.5, opacity: 0.25, label: `${properties.number}` });

export class Cutting {
  /** desk: {map, drawer(), attempt, reasons, areaText, onGiveUp(id), onDone(done, id)}. */
  constructor(desk) {
    this.desk = desk;
    this.current = null;
  }

  stop() {
    this.current?.drawing?.cancel();
    this.current?.shapes?.remove();
    this.current = null;
  }

  /** Let the user draw the line across a patch, as the server told it. */
  begin(told) {
    this.stop();
    const drawing = this.desk.map.draw({ kind: "split", onDone: ({ coordinates }) => this.showParts(told, coordinates), onCancel: () => (this.current = null) });
    this.current = { drawing };
  }

  async showParts(told, line) {
    this.current = null;
    const { map, drawer, attempt, reasons, areaText, onGiveUp } = this.desk;
    const { id } = told.row;
    const parts = await attempt(() => postJson(`/review/patches/${id}/parts`, { line }));
    if (!parts) return;
    this.current = { shapes: map.shapes("parts", { title: "分割", features: parts, listed: false, look: lookOf }) };
    drawer().showParts(parts.features, {
      conclusions: told.conclusions,
      reasons,
      areaText,
      onCancel: () => onGiveUp(id),
      onDone: (acts) => this.decide(told, line, acts),
    });
  }

  async decide(told, line, acts) {
    const { map, attempt, onDone } = this.desk;
    const images = map.images.shown().map((image) => image.id);
    const body = { line, acts: acts.map((each) => ({ ...each, images })), seen: told.seen };
    const done = await attempt(() => postJson(`/review/patches/${told.row.id}/split`, body));
    if (done) onDone(done, told.row.id);
  }
}
