/**
 * Keeps the field page itself (its shell, modules and styles) so that it opens without a network.
 * Nothing of a person or a case is kept here: that lies in IndexedDB, under its owner's mark.
 */

const CACHE = "gisland-field-shell";
const SHELL = "/field/";
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const PATIENCE_MS = 6000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** The page tells what it is made of, so that nothing must be listed twice. */
self.addEventListener("message", (event) => {
  const { keep } = event.data ?? {};
  if (Array.isArray(keep)) event.waitUntil(keepAll(keep, event.source));
});

async function keepAll(urls, client) {
  const cache = await caches.open(CACHE);
  const wanted = new Set(urls);
  await Promise.all(urls.map((url) => keepOne(cache, url)));
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if (!wanted.has(url.pathname)) await cache.delete(request);
  }
  client?.postMessage({ kept: urls.length });
}

async function keepOne(cache, url) {
  if (HASHED.test(url) && (await cache.match(url))) return;
  const response = await fetch(url, { credentials: "same-origin" });
  if (isWhole(response)) await cache.put(url, response);
}

const isWhole = (response) => response.ok && !response.redirected && response.type === "basic";

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === SHELL) event.respondWith(fromNetworkFirst(event, SHELL));
  else if (url.pathname.startsWith("/static/")) event.respondWith(fromCacheFirst(event, url.pathname));
});

async function fromNetworkFirst(event, key) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(key);
  try {
    const signal = kept ? AbortSignal.timeout(PATIENCE_MS) : undefined;
    const response = await fetch(event.request, { signal });
    if (isWhole(response)) event.waitUntil(cache.put(key, response.clone()));
    return response.status >= 500 && kept ? kept : response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function fromCacheFirst(event, key) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(key);
  if (kept && HASHED.test(key)) return kept;
  try {
    const response = await fetch(event.request);
    if (isWhole(response)) event.waitUntil(cache.put(key, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
