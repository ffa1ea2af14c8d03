/** The map's state in the page address (#zoom/latitude/longitude&off=…&on=…), so that a link shows the same. Pure. */

/** Read a hash; null where it holds no place. */
export function readAddress(hash) {
  const [place, ...switches] = hash.replace(/^#/, "").split("&");
  const numbers = place.split("/").map(Number);
  const isPlace = numbers.length === 3 && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 90 && Math.abs(numbers[2]) <= 180;
  if (!isPlace) return null;
  const names = (word) => {
    const found = switches.find((text) => text.startsWith(`${word}=`));
    return found ? found.slice(word.length + 1).split(",").filter(Boolean) : [];
  };
  return { zoom: numbers[0], center: [numbers[1], numbers[2]], on: names("on"), off: names("off") };
}

/** Write a hash; on and off are the layers that differ from their beginning. */
export function writeAddress({ zoom, center, on = [], off = [] }) {
  const parts = [`${zoom}/${center[0].toFixed(5)}/${center[1].toFixed(5)}`];
  if (on.length > 0) parts.push(`on=${on.join(",")}`);
  if (off.length > 0) parts.push(`off=${off.join(",")}`);
  return `#${parts.join("&")}`;
}
