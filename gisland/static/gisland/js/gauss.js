/**
 * The Gauss-Krüger plane (transverse Mercator, scale 1) on the CGCS2000 ellipsoid, there and back, for
 * showing and reading coordinates. Krüger's series in the third flattening to n⁶; good to less than a
 * micrometre within a zone. Stored areas and coordinates are the server's business, never computed here.
 */

const RADIUS = 6378137;
const FLATTENING = 1 / 298.257222101;
const N = FLATTENING / (2 - FLATTENING);
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));

/** Value of a polynomial in N whose first coefficient stands at the given power. */
function series(power, ...coefficients) {
  return coefficients.reduceRight((value, coefficient) => value * N + coefficient, 0) * N ** power;
}

const RECTIFYING = (RADIUS / (1 + N)) * (1 + series(2, 1 / 4, 0, 1 / 64, 0, 1 / 256));
const ALPHA = [
  series(1, 1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
  series(2, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
  series(3, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
  series(4, 49561 / 161280, -179 / 168, 6601661 / 7257600),
  series(5, 34729 / 80640, -3418889 / 1995840),
  series(6, 212378941 / 319334400),
];

const radians = (degrees) => (degrees * Math.PI) / 180;

/** Longitude and latitude in degrees → {east, north} in metres; east without zone number. */
export function gauss(longitude, latitude, centralMeridian, falseEasting = 500000) {
  const lambda = radians(longitude - centralMeridian);
  const sine = Math.sin(radians(latitude));
  const conformal = Math.sinh(Math.atanh(sine) - ECCENTRICITY * Math.atanh(ECCENTRICITY * sine));
  const xi = Math.atan2(conformal, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
  let north = xi;
  let east = eta;
  ALPHA.forEach((alpha, index) => {
    const k = 2 * (index + 1);
    north += alpha * Math.sin(k * xi) * Math.cosh(k * eta);
    east += alpha * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return { east: falseEasting + RECTIFYING * east, north: RECTIFYING * north };
}

/** The national 3° zone of a longitude: number and central meridian. */
export function zoneOf(longitude) {
  const number = Math.round(longitude / 3);
  return { number, centralMeridian: number * 3 };
}

/** The 3° zone number of a central meridian, or null for a local meridian. */
export function zoneNumber(centralMeridian) {
  return centralMeridian > 0 && centralMeridian % 3 === 0 ? centralMeridian / 3 : null;
}

const BETA = [
  series(1, 1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
  series(2, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
  series(3, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
  series(4, 4397 / 161280, -11 / 504, -830251 / 7257600),
  series(5, 4583 / 161280, -108847 / 3991680),
  series(6, 20648693 / 638668800),
];

/** Tangent of the latitude from that of the conformal latitude, by Newton's method. */
function geographicTangent(conformal) {
  let tangent = conformal / (1 - ECCENTRICITY ** 2);
  for (let step = 0; step < 6; step++) {
    const secant = Math.hypot(1, tangent);
    const sigma = Math.sinh(ECCENTRICITY * Math.atanh((ECCENTRICITY * tangent) / secant));
    const found = tangent * Math.hypot(1, sigma) - sigma * secant;
    const square = 1 + (1 - ECCENTRICITY ** 2) * tangent ** 2;
    const change = ((conformal - found) / Math.hypot(1, found)) * (square / ((1 - ECCENTRICITY ** 2) * secant));
    tangent += change;
    if (Math.abs(change) < 1e-15 * Math.max(1, Math.abs(tangent))) break;
  }
  return tangent;
}

/** East (without zone number) and north in metres → {longitude, latitude} in degrees. */
export function ungauss(east, north, centralMeridian, falseEasting = 500000) {
  const xi = north / RECTIFYING;
  const eta = (east - falseEasting) / RECTIFYING;
  let [x, y] = [xi, eta];
  BETA.forEach((beta, index) => {
    const k = 2 * (index + 1);
    x -= beta * Math.sin(k * xi) * Math.cosh(k * eta);
    y -= beta * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  const conformal = Math.sin(x) / Math.hypot(Math.sinh(y), Math.cos(x));
  const degrees = 180 / Math.PI;
  return { longitude: centralMeridian + Math.atan2(Math.sinh(y), Math.cos(x)) * degrees, latitude: Math.atan(geographicTangent(conformal)) * degrees };
}

/** The ellipsoid: half its equator's diameter in metres, and its first eccentricity. */
export const ELLIPSOID = { radius: RADIUS, eccentricity: ECCENTRICITY };
