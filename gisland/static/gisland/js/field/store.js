/**
 * What the phone keeps (IndexedDB): lists and pictures until they are too old, what was not sent until it is sent.
 * Everything belongs to somebody: `who` is the mark of the user, and nobody reads another's.
 *
 * lists     {who, at, told}                                  one a user: the last list of cases
 * pictures  {key, who, case, at, blob}                       key: who + address
 * outbox    {receipt, who, case, kind, at, state, fault, …}  see outbox.js
 * receipts  {receipt, who, at, …}                            what the server confirmed
 */

const NAME = "gisland-field";
const COOKIE = "gisland_field";
const STORES = { lists: "who", pictures: "key", outbox: "receipt", receipts: "receipt" };
const HOUR_MS = 3_600_000;

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.addEventListener("upgradeneeded", () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    });
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
  return opened;
}

async function ask(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.addEventListener("complete", () => resolve(request.result));
    transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("存储被中止")));
  });
}

/** The mark of whoever is logged in in this browser, "" for nobody; needs no server. */
export function whoNow() {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
  return found ? found.slice(COOKIE.length + 1) : "";
}

/** Resolves when it lies on the disk; throws where there is no room or no storage. */
export const put = (store, row) => ask(store, "readwrite", (at) => at.put(row));
export const get = (store, key) => ask(store, "readonly", (at) => at.get(key));
export const remove = (store, key) => ask(store, "readwrite", (at) => at.delete(key));

/** All rows of one user, oldest first. */
export async function ofUser(store, who) {
  const rows = await ask(store, "readonly", (at) => at.getAll());
  return rows.filter((row) => row.who === who).sort((a, b) => a.at - b.at);
}

/** Throw away lists, pictures and receipts that are too old or of anybody else; never what was not sent. */
export async function clean(who, keepHours, now = Date.now()) {
  for (const store of ["lists", "pictures", "receipts"]) {
    const rows = await ask(store, "readonly", (at) => at.getAll());
    for (const row of rows) {
      const isForeign = row.who !== who && store !== "receipts";
      if (isForeign || now - row.at > keepHours * HOUR_MS) await remove(store, row[STORES[store]]);
    }
  }
}

/** Whether a row is still fresh enough to be shown. */
export const isFresh = (row, keepHours, now = Date.now()) => Boolean(row) && now - row.at <= keepHours * HOUR_MS;
