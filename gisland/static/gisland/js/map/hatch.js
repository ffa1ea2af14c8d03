/**
 * Hatches for canvas fills. One square cell repeats; it divides a map tile, so that lines run on from
 * tile to tile. Drawn in device pixels, so that they stay sharp on dense screens.
 */

const CELL = 8;
const STROKE = 1.25;

const LINES = {
  slash: [[0, 1, 1, 0], [-0.5, 0.5, 0.5, -0.5], [0.5, 1.5, 1.5, 0.5]],
  backslash: [[0, 0, 1, 1], [-0.5, 0.5, 0.5, 1.5], [0.5, -0.5, 1.5, 0.5]],
  horizontal: [[0, 0.5, 1, 0.5]],
  vertical: [[0.5, 0, 0.5, 1]],
  cross: [[0, 0.5, 1, 0.5], [0.5, 0, 0.5, 1]],
};

const DOTS = {
  dots: [[0.25, 0.25], [0.75, 0.75]],
  "sparse-dots": [[0.5, 0.5]],
};

/** Names that a style may use. */
export const HATCHES = [...Object.keys(LINES), ...Object.keys(DOTS)];

function drawCell(context, kind, color, size, ratio) {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = STROKE * ratio;
  context.lineCap = "square";
  for (const [x1, y1, x2, y2] of LINES[kind] ?? []) {
    context.beginPath();
    context.moveTo(x1 * size, y1 * size);
    context.lineTo(x2 * size, y2 * size);
    context.stroke();
  }
  for (const [x, y] of DOTS[kind] ?? []) {
    context.beginPath();
    context.arc(x * size, y * size, (kind === "dots" ? 1.1 : 0.9) * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}

const cells = new Map();

function cell(kind, color, ratio) {
  const key = `${kind} ${color} ${ratio}`;
  if (!cells.has(key)) {
    const canvas = document.createElement("canvas");
    const size = Math.round(CELL * ratio);
    canvas.width = size;
    canvas.height = size;
    drawCell(canvas.getContext("2d"), kind, color, size, ratio);
    cells.set(key, canvas);
  }
  return cells.get(key);
}

/** A repeating fill for this context, laid out in device pixels whatever the context's transform. */
export function hatchPattern(context, kind, color, ratio = window.devicePixelRatio || 1) {
  if (!HATCHES.includes(kind)) throw new RangeError(`unknown hatch "${kind}"`);
  const pattern = context.createPattern(cell(kind, color, ratio), "repeat");
  pattern.setTransform(context.getTransform().inverse());
  return pattern;
}
