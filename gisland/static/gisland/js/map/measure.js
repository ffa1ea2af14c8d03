/** Measuring: what is drawn, in metres or in m², 亩 and hectares, as the engine measures it. */

import { copyText, el, fill } from "../dom.js";
import { hectares, length, mu, squareMetres } from "../format.js";
import { zoneOf } from "../gauss.js";
import { areaOf, lengthOf } from "../statutory.js";

const ID = "gis-measure";
const LOOK = { color: "--map-selected", width: 2, fill: 0.12 };

/** {short, rows: [[name, figure]]} of drawn places; null while there are too few. */
export function measured(kind, places, meridian) {
  if (kind === "line") return places.length < 2 ? null : { short: length(lengthOf(places, meridian)), rows: [["长度", length(lengthOf(places, meridian))]] };
  if (places.length < 3) return null;
  const m2 = areaOf({ type: "Polygon", coordinates: [places] }, meridian).toFixed(4);
  const around = length(lengthOf([...places, places[0]], meridian));
  return { short: `${mu(m2)} 亩`, rows: [["亩", mu(m2)], ["m²", squareMetres(m2)], ["公顷", hectares(m2)], ["周长", around]] };
}

export class Measure {
  /** host: {draw, shapes, stage, meridian, say}. */
  constructor(host) {
    this.host = host;
    this.panel = null;
    this.shapes = null;
  }

  meridianAt([longitude]) {
    return this.host.meridian ?? zoneOf(longitude).centralMeridian;
  }

  /** Let the user draw what is to be measured: "line" or "polygon". */
  start(kind) {
    this.clear();
    this.host.draw({
      kind,
      onChange: (corners, pointer, drawing) => {
        const places = pointer ? [...corners, pointer] : corners;
        const found = places.length > 0 ? measured(kind, places, this.meridianAt(places[0])) : null;
        drawing.figure.textContent = found?.short ?? "";
      },
      onDone: (geometry) => this.show(kind, geometry),
    });
  }

  show(kind, geometry) {
    const places = geometry.type === "Polygon" ? geometry.coordinates[0].slice(0, -1) : geometry.coordinates;
    const found = measured(kind, places, this.meridianAt(places[0]));
    const features = { type: "Feature", geometry, properties: {} };
    this.shapes = this.host.shapes(ID, { title: "量测", listed: false, legend: false, features, look: { ...LOOK, label: found.short } });
    const text = found.rows.map(([name, figure]) => `${name} ${figure}`).join("，");
    const copy = el("button", { type: "button", text: "复制", onclick: async () => fill(copy, (await copyText(text)) ? "已复制" : "请手工复制") });
    this.panel = el(
      "section",
      { class: "gis-float gis-measured", "aria-label": "量测结果" },
      el("dl", {}, found.rows.flatMap(([name, figure]) => [el("dt", { text: name }), el("dd", { text: figure })])),
      copy,
      el("button", { type: "button", onclick: () => this.clear() }, "清除 ", el("kbd", { text: "Esc" })),
    );
    this.host.stage.append(this.panel);
    this.host.say(text);
  }

  /** Answers whether there was anything to clear. */
  clear() {
    const had = this.panel !== null;
    this.panel?.remove();
    this.shapes?.remove();
    this.panel = null;
    this.shapes = null;
    return had;
  }
}
