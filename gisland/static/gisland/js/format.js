/**
 * Numbers and dates as offices print them. Pure, and exact: areas come from the server as decimal
 * strings, are kept as integers with a scale, and are rounded half up once, at print.
 */

const NOTHING = "—";

/** A decimal as {units, scale}: units / 10^scale. Accepts strings, integers, bigints, finite numbers. */
export function decimal(value) {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(String(value).trim());
  if (!match || (match[2] + (match[3] || "")) === "") throw new TypeError(`not a decimal: ${value}`);
  const fraction = match[3] || "";
  let units = BigInt(match[2] + fraction || "0");
  let scale = fraction.length - Number(match[4] || 0);
  if (scale < 0) {
    units *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { units: match[1] === "-" ? -units : units, scale };
}

function divideHalfUp(numerator, denominator) {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  const whole = (2n * top + bottom) / (2n * bottom);
  return negative ? -whole : whole;
}

function print(units, digits, grouped) {
  const negative = units < 0n;
  const figures = (negative ? -units : units).toString().padStart(digits + 1, "0");
  const cut = figures.length - digits;
  const whole = grouped ? figures.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, ",") : figures.slice(0, cut);
  return (negative ? "-" : "") + whole + (digits ? `.${figures.slice(cut)}` : "");
}

/** value × multiplier / divisor with so many digits, rounded half up (away from zero). */
function scaled(value, multiplier, divisor, digits, { grouped = true } = {}) {
  if (value === null || value === undefined || value === "") return NOTHING;
  const { units, scale } = decimal(value);
  const numerator = units * multiplier * 10n ** BigInt(digits);
  return print(divideHalfUp(numerator, divisor * 10n ** BigInt(scale)), digits, grouped);
}

/** Square metres as 亩 (× 3/2000), two decimals. */
export const mu = (m2, options) => scaled(m2, 3n, 2000n, 2, options);

/** Square metres as hectares, four decimals: the last is a square metre. */
export const hectares = (m2, options) => scaled(m2, 1n, 10000n, 4, options);

/** Square metres, two decimals unless told. */
export const squareMetres = (m2, { digits = 2, ...options } = {}) => scaled(m2, 1n, 1n, digits, options);

/** A plain number with so many decimals. */
export const fixed = (value, digits, options) => scaled(value, 1n, 1n, digits, options);

/** A share (0–1) as a percentage. */
export const percentage = (share, { digits = 1 } = {}) => {
  const text = scaled(share, 100n, 1n, digits);
  return text === NOTHING ? text : `${text} %`;
};

/** part / whole as a percentage, from exact decimals; a whole of zero has no percentage. */
export function ratio(part, whole, { digits = 1 } = {}) {
  if ([part, whole].some((value) => value === null || value === undefined || value === "")) return NOTHING;
  const top = decimal(part);
  const bottom = decimal(whole);
  if (bottom.units === 0n) return NOTHING;
  const numerator = top.units * 10n ** BigInt(bottom.scale + 2 + digits);
  return `${print(divideHalfUp(numerator, bottom.units * 10n ** BigInt(top.scale)), digits, true)} %`;
}

/** The exact sum of decimals, as a decimal string. */
export function sum(values) {
  const parts = values.map(decimal);
  const scale = parts.reduce((most, part) => Math.max(most, part.scale), 0);
  const units = parts.reduce((total, part) => total + part.units * 10n ** BigInt(scale - part.scale), 0n);
  return print(units, scale, false);
}

/** "2024-03-18" → 2024年3月18日; partial dates ("2024-03", "2024") stay partial. */
export function longDate(text) {
  if (!text) return NOTHING;
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(text);
  if (!match) throw new TypeError(`not a date: ${text}`);
  const [, year, month, day] = match;
  return `${Number(year)}年${month ? `${Number(month)}月` : ""}${day ? `${Number(day)}日` : ""}`;
}

/** The window between two images or dates. */
export function dateWindow(before, after) {
  if (!before && !after) return NOTHING;
  return `${before || "…"} – ${after || "…"}`;
}

/** Metres as a length to read: m below a kilometre, km above. */
export function length(metres) {
  if (metres === null || metres === undefined) return NOTHING;
  return Math.abs(metres) < 1000 ? `${fixed(metres.toFixed(2), 1)} m` : `${fixed((metres / 1000).toFixed(5), 3)} km`;
}

/** Decimal degrees with eight places, about a millimetre. */
export const degrees = (value) => value.toFixed(8);
