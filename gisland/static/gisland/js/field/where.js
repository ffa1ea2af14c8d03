/** Where the phone is and whither it looks, as far as the browser says (https only); how far and in which direction. */

const EARTH_M = 6_371_008.8;
const SIDES = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];
const rad = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two places in degrees, on the sphere: to be told on a phone, not to be reckoned with. */
export function distance(from, to) {
  const dLat = rad(to.lat - from.lat);
  const dLon = rad(to.lon - from.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Degrees from north, clockwise. */
export function bearing(from, to) {
  const dLon = rad(to.lon - from.lon);
  const y = Math.sin(dLon) * Math.cos(rad(to.lat));
  const x = Math.cos(rad(from.lat)) * Math.sin(rad(to.lat)) - Math.sin(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.cos(dLon);
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

export const sideOf = (degrees) => SIDES[Math.round((((degrees % 360) + 360) % 360) / 45) % 8];

export function metres(value) {
  return value < 1000 ? `${Math.round(value)} 米` : `${(value / 1000).toFixed(1)} 公里`;
}

/** Why the browser gives no position, or "". */
export function cannotLocate() {
  if (!window.isSecureContext) return "本站未启用 https，浏览器不给出定位：请按县区、乡镇查找，照片用相机自带的位置。";
  return navigator.geolocation ? "" : "这个浏览器不能定位：请按县区、乡镇查找。";
}

/** Whether the person has allowed it before, so that nobody need be asked. */
export async function mayLocate() {
  if (cannotLocate()) return false;
  const told = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  return told?.state === "granted";
}

/** The place now: {lon, lat, accuracy_m}; throws with a sentence. */
export function locate(patience_ms = 20_000) {
  const why = cannotLocate();
  if (why) return Promise.reject(new Error(why));
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy }),
      ({ code }) => reject(new Error(code === 1 ? "没有允许定位：请按县区、乡镇查找，或在浏览器设置里允许。" : "没有定到位：请到空旷处再试，或按县区、乡镇查找。")),
      { enableHighAccuracy: true, maximumAge: 30_000, timeout: patience_ms },
    );
  });
}

/** Follows the compass where there is one; `heading()` is null where there is none. */
export function compass() {
  let last = null;
  window.addEventListener("deviceorientationabsolute", ({ alpha }) => {
    if (alpha !== null) last = (360 - alpha) % 360;
  });
  return { heading: () => last };
}
