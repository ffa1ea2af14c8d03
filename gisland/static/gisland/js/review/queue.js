/** The queue: rows by key, more as the user nears the end, one of them chosen. */

import { Problem, getJson } from "../api.js";
import { el, fill } from "../dom.js";
import { mu } from "../format.js";
import { swatch } from "../map/legend.js";

const NEAR_END_PX = 400;
const ORDERS = { address: "编号", area: "面积", class: "归类", after: "后时相" };
const UNKNOWN = "无数据";

const query = (filters, more) => new URLSearchParams({ ...filters, ...more }).toString();

export class Queue {
  /** onSelect(row) when another row is chosen; look(style) the map's look; onFault(text). */
  constructor(element, { look, onSelect, onOrder, onFault }) {
    Object.assign(this, { element, look, onSelect, onOrder, onFault });
    this.rows = [];
    this.following = "";
    this.chosen = null;
    this.turn = 0;
    this.build();
    element.addEventListener("scroll", () => this.nearEnd());
  }

  build() {
    const head = (text, isNumber = false) => el("th", { scope: "col", class: isNumber ? "number" : null, text });
    this.body = el("tbody");
    this.note = el("p", { class: "desk-note", role: "status" });
    this.order = el("select", { "aria-label": "排序", onchange: () => this.onOrder(this.order.value) }, Object.entries(ORDERS).map(([value, text]) => el("option", { value, text: `按${text}` })));
    this.table = el(
      "table",
      { class: "desk-table" },
      el("caption", { class: "visually-hidden", text: "图斑队列：上下键或 J、K 换行" }),
      el("thead", {}, el("tr", {}, head("图斑号"), head("初判"), head("亩", true), head("耕地", true), head("永农", true), head("状态"))),
      this.body,
    );
    fill(this.element, this.table, this.note);
  }

  /** Ask for the first page of a filter; a later question makes the answer to an earlier one void. */
  async load(filters, order) {
    const turn = ++this.turn;
    Object.assign(this, { filters, asked: order, loading: true });
    this.order.value = order;
    this.note.textContent = "正在读取…";
    this.element.setAttribute("aria-busy", "true");
    try {
      const found = await getJson(`/review/queue.json?${query(filters, { order })}`);
      if (turn !== this.turn) return;
      this.rows = [];
      fill(this.body);
      this.element.scrollTop = 0;
      this.take(found);
      this.onFault("");
    } catch (error) {
      if (turn === this.turn) this.failed(error);
    } finally {
      if (turn === this.turn) this.settle();
    }
  }

  async more() {
    if (this.loading || !this.following) return;
    const turn = this.turn;
    this.loading = true;
    this.note.textContent = "正在读取…";
    try {
      const found = await getJson(`/review/queue.json?${query(this.filters, { order: this.asked, cursor: this.following })}`);
      if (turn === this.turn) this.take(found);
    } catch (error) {
      if (turn === this.turn) this.failed(error);
    } finally {
      if (turn === this.turn) this.settle();
    }
  }

  settle() {
    this.loading = false;
    this.element.setAttribute("aria-busy", "false");
  }

  failed(error) {
    if (!(error instanceof Problem)) throw error;
    this.note.textContent = error.message;
    if (error.status === 400) this.onFault(error.message);
  }

  take({ rows, following }) {
    this.rows.push(...rows);
    this.following = following;
    this.body.append(...rows.map((row) => this.line(row)));
    this.note.textContent = this.rows.length === 0 ? "没有符合条件的图斑。请放宽筛选条件。" : following ? "" : `共 ${this.rows.length} 个，到底了`;
    this.mark();
    this.nearEnd();
  }

  nearEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    if (scrollHeight > 0 && scrollTop + clientHeight > scrollHeight - NEAR_END_PX) this.more();
  }

  line(row) {
    const look = this.look(row.style);
    const area = (value) => el("td", { class: value === null ? "number is-unknown" : "number", text: value === null ? UNKNOWN : mu(value) });
    return el(
      "tr",
      { data: { id: row.id }, class: row.overtaken ? "is-overtaken" : null, onclick: () => this.choose(row.id) },
      el("td", {}, el("button", { type: "button", class: "desk-pick", "aria-label": `图斑 ${row.address}` }, row.jcbh), el("small", { class: "quiet", text: ` ${row.county}` }), row.machine ? el("span", { class: "tag", title: "由程序比较影像得出，未经人工核实，不是下发图斑", text: "机器初筛" }) : null),
      el("td", {}, el("span", { class: "look" }, look ? swatch(look, "patch") : null, el("span", { class: "desk-label", title: row.label, text: row.label })), row.borderline ? el("span", { class: "tag", text: "临界" }) : null),
      el("td", { class: "number" }, mu(row.area_m2), Number(row.outside_m2) ? el("span", { class: "tag", title: `区外 ${mu(row.outside_m2)} 亩未核查`, text: "区外" }) : null),
      area(row.areas.on_cultivated),
      area(row.areas.basic_farm),
      el("td", {}, el("span", { class: `desk-status is-${row.status}`, text: row.status_term }), row.overtaken ? el("span", { class: "tag", text: "初判已变" }) : null),
    );
  }

  /** Show a row as it is now, where it stands. */
  update(rows) {
    for (const row of rows) {
      const at = this.rows.findIndex(({ id }) => id === row.id);
      if (at < 0) continue;
      this.rows[at] = row;
      this.body.querySelector(`tr[data-id="${row.id}"]`)?.replaceWith(this.line(row));
    }
    this.mark();
  }

  row(id) {
    return this.rows.find((row) => row.id === id) ?? null;
  }

  /** The row that follows one, if it is loaded. */
  after(id) {
    return this.rows[this.rows.findIndex((row) => row.id === id) + 1] ?? null;
  }

  choose(id) {
    if (id === this.chosen) return;
    this.chosen = id;
    this.mark();
    this.onSelect(id);
  }

  mark() {
    for (const line of this.body.children) {
      const isChosen = Number(line.dataset.id) === this.chosen;
      line.classList.toggle("is-chosen", isChosen);
      line.querySelector("button").setAttribute("aria-current", isChosen ? "true" : "false");
      if (isChosen) line.scrollIntoView({ block: "nearest" });
    }
  }

  /** The row so many steps on; asks for more rows at the end. */
  async step(by) {
    const at = this.rows.findIndex(({ id }) => id === this.chosen);
    let next = at < 0 ? 0 : at + by;
    if (next >= this.rows.length && this.following) await this.more();
    next = Math.min(Math.max(next, 0), this.rows.length - 1);
    if (this.rows[next]) this.choose(this.rows[next].id);
  }
}
