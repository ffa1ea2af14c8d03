/** The list of cases and their pictures: from the server where it can be reached, else as kept on the phone. */

import { getJson } from "../api.js";
import { get, isFresh, put, remove, whoNow } from "./store.js";

const PICTURES_AT_ONCE = 20;

/** {told, at, isKept}: the list as asked, or the last one kept; throws a sentence where there is neither. */
export async function load(config, { place = null, region = "", mine = false } = {}) {
  const query = new URLSearchParams();
  if (place) {
    query.set("lon", place.lon.toFixed(6));
    query.set("lat", place.lat.toFixed(6));
  }
  if (region) query.set("region", region);
  if (mine) query.set("mine", "1");
  try {
    const told = await getJson(`${config.list_url}?${query}`, { signal: AbortSignal.timeout(20_000) });
    const at = Date.now();
    await put("lists", { who: told.who, at, told }).catch(() => {});
    return { told, at, isKept: false };
  } catch (problem) {
    const isAnswered = problem.status >= 400 && problem.status < 500;
    if (problem.status === 401) await remove("lists", whoNow()).catch(() => {});
    if (isAnswered) throw problem;
    const kept = await keptList(config);
    if (!kept) throw new Error("没有连上服务器，本机也没有保存的图斑。请在有网络时打开一次。", { cause: problem });
    return { ...kept, isKept: true };
  }
}

async function keptList(config) {
  const who = whoNow();
  const row = who ? await get("lists", who).catch(() => null) : null;
  return isFresh(row, config.keep_hours) ? row : null;
}

/** The kept list as it is after a visit: so that the phone shows offline what was just done. */
export async function keepTold(told, at) {
  await put("lists", { who: told.who, at, told }).catch(() => {});
}

const keyOf = (url) => `${whoNow()} ${url}`;

/** An object URL of the picture; null where it is neither kept nor to be had. The caller revokes it. */
export async function picture(config, id, url) {
  const row = await get("pictures", keyOf(url)).catch(() => null);
  if (isFresh(row, config.keep_hours)) return URL.createObjectURL(row.blob);
  const blob = await fetchPicture(url);
  if (!blob) return null;
  await put("pictures", { key: keyOf(url), who: whoNow(), case: id, at: Date.now(), blob }).catch(() => {});
  return URL.createObjectURL(blob);
}

async function fetchPicture(url) {
  const who = whoNow();
  try {
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(60_000) });
    return response.ok && !response.redirected && whoNow() === who ? await response.blob() : null;
  } catch {
    return null;
  }
}

/** Keep the pictures of the first cases for later; answers how many of them are on the phone. */
export async function keepPictures(config, cases, onProgress) {
  const wanted = cases.slice(0, PICTURES_AT_ONCE).flatMap((one) => one.pictures.map(({ url }) => [one.id, url]));
  let done = 0;
  for (const [at, [id, url]] of wanted.entries()) {
    const found = await picture(config, id, url);
    if (found) {
      URL.revokeObjectURL(found);
      done += 1;
    }
    onProgress(at + 1, wanted.length);
  }
  return { done, of: wanted.length };
}
