/**
 * What is to be sent: written to the phone first, sent when the server can be reached, and thrown away only
 * when the server has confirmed it (a photo: by the same SHA-256). Sent twice it counts once: the receipt is ours.
 *
 * A photo   {kind: "photo", url, name, blob, sha256, fields}      a finding {kind: "result", url, body}
 * state     "waiting", or "refused": the server said why in `fault`, and a person must decide
 * tries     how often it was tried: what failed goes behind the others, so that no item can hold them all up
 */

import { csrfToken } from "../api.js";
import { get, ofUser, put, remove, whoNow } from "./store.js";

const AGAIN_MS = 20_000;
const PATIENCE_MS = 60_000;
/** The slowest line that still counts as a line. */
const SLOW_BYTES_PER_MS = 32;
/** Answers after which sending again may help: who is asked, or when, is at fault and not what was sent. */
const PASSING = new Set([401, 403, 408, 425, 429]);
/** Answers that the next item would get too: nobody logged in, too many at once, closed, disk full. */
const SAME_FOR_ALL = new Set([401, 429, 503, 507]);

/** How long an answer is waited for: a large photo may take its time on a weak signal. */
export const patienceMs = (item) => PATIENCE_MS + Math.ceil((item.blob?.size ?? 0) / SLOW_BYTES_PER_MS);

/** What is tried next, null for nothing: the least tried, then the oldest; findings on one case in their order. */
function nextOf(items, tried) {
  const waiting = items.filter(({ state }) => state === "waiting");
  const first = new Map();
  for (const item of waiting.filter(({ kind }) => kind === "result")) {
    if (!first.has(item.case)) first.set(item.case, item);
  }
  const open = waiting.filter((item) => !tried.has(item.receipt) && (item.kind !== "result" || first.get(item.case) === item));
  return open.sort((a, b) => (a.tries ?? 0) - (b.tries ?? 0))[0] ?? null;
}

/** Change what still lies in the outbox; what was sent or deleted meanwhile does not come back. */
async function mark(receipt, change) {
  const item = await get("outbox", receipt);
  if (item) await put("outbox", { ...item, ...change });
}

function formOf(item) {
  const form = new FormData();
  for (const [name, value] of Object.entries(item.fields)) form.append(name, String(value));
  form.append("receipt", item.receipt);
  form.append("file", item.blob, item.name);
  return form;
}

async function post(item) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), "X-Gisland-Field": item.who };
  const isPhoto = item.kind === "photo";
  if (!isPhoto) headers["Content-Type"] = "application/json";
  const response = await fetch(item.url, {
    method: "POST",
    headers,
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(patienceMs(item)),
    body: isPhoto ? formOf(item) : JSON.stringify({ ...item.body, receipt: item.receipt }),
  });
  const told = await response.json().catch(() => null);
  return { status: response.status, told };
}

/** What became of one attempt: {done, told} or {fault, refused, stop}. */
async function attempt(item) {
  let answer;
  try {
    answer = await post(item);
  } catch (error) {
    if (error.name === "TimeoutError") return { fault: "服务器迟迟没有答复，稍后自动再发。" };
    return { fault: "没有连上服务器，连上后自动再发。", stop: true };
  }
  const { status, told } = answer;
  if (status < 300 && told) {
    if (item.kind === "photo" && told.sha256 !== item.sha256) return { fault: "服务器收到的与原件不一致，将重新发送。" };
    return { done: true, told };
  }
  const said = told?.detail || told?.title || `服务器答复 ${status}。`;
  if (status === 401) return { fault: "登录已失效，请重新登录后再发送；未发送的仍在本机。", stop: true };
  if (status >= 500 || PASSING.has(status) || status < 400) return { fault: said, stop: SAME_FOR_ALL.has(status) };
  return { fault: said, refused: true };
}

export class Outbox {
  /** `onChange` is called whenever something was kept, sent or refused. */
  constructor(onChange) {
    this.onChange = onChange;
    this.sending = null;
    this.asked = false;
    this.timer = 0;
    window.addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.send());
  }

  /** Keep something of `item.who` to be sent; resolves when the phone has it, throws where it has no room. Sends nothing. */
  async keep(item) {
    await put("outbox", { ...item, at: Date.now(), state: "waiting", fault: "", tries: 0 });
    this.onChange();
  }

  /** Try all that waits; asked for again meanwhile, once more when that is done. */
  send() {
    this.asked = true;
    this.sending ??= this.rounds().finally(() => {
      this.sending = null;
      this.onChange();
    });
    return this.sending;
  }

  async rounds() {
    while (this.asked) {
      this.asked = false;
      await this.round();
    }
  }

  async round() {
    clearTimeout(this.timer);
    const who = whoNow();
    if (!who) return;
    const tried = new Set();
    for (;;) {
      const item = nextOf(await ofUser("outbox", who), tried);
      if (!item || whoNow() !== who) break; // logged out meanwhile: it stays here for its owner
      tried.add(item.receipt);
      const { done, told, fault, refused, stop } = await attempt(item);
      if (done) await this.confirm(item, told);
      else await mark(item.receipt, { fault, state: refused ? "refused" : "waiting", tries: (item.tries ?? 0) + 1 });
      this.onChange();
      if (stop) break;
    }
    const left = (await ofUser("outbox", who)).some((item) => item.state === "waiting");
    if (left) this.timer = setTimeout(() => this.send(), AGAIN_MS);
  }

  /** First the receipt, then the original goes: broken off between them, it is sent once more and counts once. */
  async confirm(item, told) {
    const { receipt, who, jcbh, kind, name = "", sha256 = "" } = item;
    await put("receipts", { receipt, who, jcbh, kind, name, sha256, at: Date.now(), number: told.id, said: told.step_fault ?? told.step ?? "" });
    await remove("outbox", receipt);
  }

  /** A person decides about what was refused or does not get through; it is the first to be tried. */
  async again(item) {
    await mark(item.receipt, { state: "waiting", fault: "", tries: -1 });
    this.onChange();
    return this.send();
  }

  async drop(item) {
    await remove("outbox", item.receipt);
    this.onChange();
  }
}
