/**
 * The Gauss-Krüger plane (transverse Mercator, scale 1) on the CGCS2000 ellipsoid, forward only, for
 * showing coordinates. Krüger's series in the third flattening to n⁶; good to less than a micrometre
 * within a zone. Areas and stored coordinates are the server's business, never computed here.
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
