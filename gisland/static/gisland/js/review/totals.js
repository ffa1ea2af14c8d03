/** What the filters find altogether, and the clock of the batch. */

import { getJson } from "../api.js";
import { el, fill } from "../dom.js";
import { mu } from "../format.js";

/** "剩 5 天，未判 27": how long and how much; overdue in words. */
export function clockText({ left, days_left: days }) {
  const rest = `未判 ${left}`;
  if (left === 0) return "已全部判定";
  if (days === null) return `${rest}（未设填报截止日）`;
  if (days < 0) return `已超期 ${-days} 天，${rest}`;
  return days === 0 ? `今天截止，${rest}` : `剩 ${days} 天，${rest}`;
}

const areaText = ({ area_m2: area, unknown }) => (area === null ? "无权查看" : `${mu(area)} 亩${unknown ? `（另 ${unknown} 个无数据）` : ""}`);

export class Totals {
  /** tools(found) are the buttons behind the figures; onBatch(code) when a clock is chosen. */
  constructor(element, clock, { tools, onBatch }) {
    Object.assign(this, { element, clock, tools, onBatch });
    this.turn = 0;
    this.found = null;
  }

  async load(filters) {
    const turn = ++this.turn;
    this.found = null;
    fill(this.element, el("span", { class: "quiet", text: "正在合计…" }));
    const found = await getJson(`/review/totals.json?${new URLSearchParams(filters)}`).catch(() => null);
    if (turn !== this.turn) return;
    this.found = found;
    if (!found) {
      fill(this.element);
      this.clock.hidden = true;
      return;
    }
    fill(
      this.element,
      el("b", { text: `${found.count.toLocaleString("en-US")} 个 · ${mu(found.area_m2)} 亩` }),
      Number(found.outside_m2) ? el("span", { class: "quiet", text: `其中区外 ${mu(found.outside_m2)} 亩未核查` }) : null,
      el("span", { text: `耕地 ${areaText(found.on_cultivated)}` }),
      el("span", { text: `永农 ${areaText(found.basic_farm)}` }),
      el("span", { text: `待处置 ${found.waiting}` }),
      el("span", { class: "desk-tools" }, this.tools(found)),
    );
    this.showClocks(found.clocks);
  }

  /** One clock a batch: of the chosen one, else of those that are due first. */
  showClocks(clocks) {
    this.clock.hidden = clocks.length === 0;
    fill(this.clock, clocks.map((told) => this.face(told, clocks.length > 1)));
  }

  face(told, isOneOfMany) {
    const done = told.total ? Math.round((100 * told.decided) / told.total) : 0;
    const name = isOneOfMany ? el("button", { type: "button", class: "desk-pick", "aria-label": `只看批次 ${told.title}`, onclick: () => this.onBatch(told.batch) }, told.batch) : el("b", { text: told.title });
    return el(
      "div",
      { class: "desk-face" },
      name,
      el("progress", { max: told.total, value: told.decided, "aria-label": `已判 ${told.decided}，共 ${told.total}` }),
      el("span", { text: isOneOfMany ? `${done} %` : `${told.decided} / ${told.total}（${done} %）` }),
      el("span", { class: told.days_left !== null && told.days_left <= 3 && told.left ? "desk-burns" : null, text: clockText(told) }),
    );
  }
}
