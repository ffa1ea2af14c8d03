// The outbox of the field page, on a phone's storage kept in memory and a server that answers as it is told.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const stores = new Map();
const posted = [];
let answers = {};

class Request extends EventTarget {
  constructor(result) {
    super();
    this.result = result;
  }
}

function later(target, name) {
  setImmediate(() => target.dispatchEvent(new Event(name)));
  return target;
}

const database = {
  createObjectStore: (name, { keyPath }) => stores.set(name, { keyPath, rows: new Map() }),
  transaction(name) {
    const { keyPath, rows } = stores.get(name);
    const store = {
      put: (row) => new Request(rows.set(row[keyPath], row) && undefined),
      get: (key) => new Request(rows.get(key)),
      delete: (key) => new Request(rows.delete(key) && undefined),
      getAll: () => new Request([...rows.values()]),
    };
    return later(Object.assign(new EventTarget(), { objectStore: () => store }), "complete");
  },
};

globalThis.indexedDB = {
  open() {
    const request = new Request(database);
    setImmediate(() => request.dispatchEvent(new Event("upgradeneeded")) && request.dispatchEvent(new Event("success")));
    return request;
  },
};
globalThis.fetch = async (url) => {
  posted.push(url);
  const answer = answers[url] ?? 201;
  if (typeof answer === "function") await answer();
  return new Response(JSON.stringify({ id: posted.length, detail: `答复 ${answer}` }), { status: typeof answer === "number" ? answer : 201 });
};

const { Outbox, patienceMs } = await import("../../gisland/static/gisland/js/field/outbox.js");

const rows = () => [...stores.get("outbox").rows.values()].sort((a, b) => a.at - b.at);
const finding = (receipt, given = {}) => ({ receipt, who: "me", case: receipt, jcbh: receipt, kind: "result", url: `/${receipt}`, body: {}, ...given });
const breaks = (name) => () => Promise.reject(Object.assign(new Error(name), { name }));

/** An outbox in which these lie; its next round by the clock is called off. */
async function outboxOf(...items) {
  const outbox = new Outbox(() => {});
  for (const [at, item] of items.entries()) {
    await outbox.keep(item);
    stores.get("outbox").rows.get(item.receipt).at = at;
  }
  return outbox;
}

async function sendOnce(outbox) {
  posted.length = 0;
  await outbox.send();
  clearTimeout(outbox.timer);
  return posted.join(" ");
}

beforeEach(() => {
  for (const { rows: all } of stores.values()) all.clear();
  answers = {};
  globalThis.window = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { cookie: "gisland_field=me", querySelector: () => null });
});

test("what is kept lies on the phone before anything is sent", async () => {
  const outbox = await outboxOf(finding("a"), finding("b"));
  assert.deepEqual(rows().map(({ receipt, state }) => [receipt, state]), [["a", "waiting"], ["b", "waiting"]]);
  assert.equal(await sendOnce(outbox), "/a /b");
  assert.deepEqual(rows(), []);
});

for (const [what, answer] of [["403", 403], ["500", 500], ["502", 502], ["a time-out", breaks("TimeoutError")], ["a refusal", 422]]) {
  test(`${what} holds up that item only, and it can be decided about`, async () => {
    answers = { "/a": answer };
    const outbox = await outboxOf(finding("a"), finding("b"));
    assert.equal(await sendOnce(outbox), "/a /b");
    const [left, ...others] = rows();
    assert.deepEqual([left.receipt, others.length], ["a", 0]);
    assert.notEqual(left.fault, "");
    assert.equal(left.state, answer === 422 ? "refused" : "waiting");
  });
}

for (const [what, answer] of [["no network", breaks("TypeError")], ["401", 401], ["429", 429], ["503", 503], ["507", 507]]) {
  test(`${what} ends the round; the next one begins with what was tried least`, async () => {
    answers = { "/a": answer };
    const outbox = await outboxOf(finding("a"), finding("b"));
    assert.equal(await sendOnce(outbox), "/a");
    assert.equal(await sendOnce(outbox), "/b /a");
    assert.deepEqual(rows().map(({ receipt }) => receipt), ["a"]);
  });
}

test("a later finding on a case never overtakes an earlier one that waits", async () => {
  answers = { "/a": 500 };
  const outbox = await outboxOf(finding("a", { case: 7 }), finding("b", { case: 7 }), finding("c", { case: 8 }));
  assert.equal(await sendOnce(outbox), "/a /c");
  await outbox.drop({ receipt: "a" });
  assert.equal(await sendOnce(outbox), "/b");
});

test("what is deleted while it is being sent does not come back", async () => {
  const outbox = await outboxOf(finding("a"));
  answers = { "/a": () => outbox.drop({ receipt: "a" }).then(breaks("TimeoutError")) };
  await sendOnce(outbox);
  assert.deepEqual(rows(), []);
});

test("what is to be sent again is the first to be tried", async () => {
  answers = { "/a": 500 };
  const outbox = await outboxOf(finding("a"), finding("b", { who: "other" }));
  await sendOnce(outbox);
  await outbox.keep(finding("c"));
  answers = {};
  posted.length = 0;
  await outbox.again({ receipt: "a" });
  assert.deepEqual(posted, ["/a", "/c"]);
  assert.deepEqual(rows().map(({ receipt }) => receipt), ["b"], "another's stays");
});

test("a large photo is waited for longer", () => {
  assert.equal(patienceMs({}), 60_000);
  assert.ok(patienceMs({ blob: { size: 20_000_000 } }) > 600_000);
});
