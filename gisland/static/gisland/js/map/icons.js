/** The marks' icons, drawn as paths in a 12 × 12 box: a shape beside the colour, for every eye. */

const SHAPES = {
  leaf: (path) => {
    path.moveTo(1.5, 10.5);
    path.bezierCurveTo(0.5, 4, 5, 1, 11, 1);
    path.bezierCurveTo(11, 7, 8, 11.5, 2.8, 9.6);
    path.closePath();
  },
  wheat: (path) => {
    path.rect(5.5, 4, 1, 8);
    for (const y of [1.2, 4.4, 7.6]) {
      path.moveTo(5.6, y + 3.4);
      path.quadraticCurveTo(1.4, y + 2.6, 1.6, y - 0.4);
      path.quadraticCurveTo(5, y, 5.6, y + 3.4);
      path.moveTo(6.4, y + 3.4);
      path.quadraticCurveTo(10.6, y + 2.6, 10.4, y - 0.4);
      path.quadraticCurveTo(7, y, 6.4, y + 3.4);
    }
  },
  furrow: (path) => {
    for (const y of [2, 5.2, 8.4]) {
      path.moveTo(0.8, y + 1.6);
      path.quadraticCurveTo(3.4, y - 1.4, 6, y + 0.6);
      path.quadraticCurveTo(8.6, y + 2.6, 11.2, y - 0.4);
      path.lineTo(11.2, y + 1.2);
      path.quadraticCurveTo(8.6, y + 4.2, 6, y + 2.2);
      path.quadraticCurveTo(3.4, y + 0.2, 0.8, y + 3.2);
      path.closePath();
    }
  },
  square: (path) => path.rect(2, 2, 8, 8),
  dot: (path) => path.arc(6, 6, 3.5, 0, 2 * Math.PI),
  boundary: (path) => {
    for (const [x, y] of [[1, 1], [7.5, 1], [7.5, 7.5], [1, 7.5]]) path.rect(x, y, 3.5, 3.5);
    path.rect(4.5, 2, 3, 1.5);
    path.rect(8.5, 4.5, 1.5, 3);
    path.rect(4.5, 8.5, 3, 1.5);
    path.rect(2, 4.5, 1.5, 3);
  },
  wave: (path) => {
    for (const y of [3, 7]) {
      path.moveTo(0.6, y + 1);
      path.bezierCurveTo(2.4, y - 2.2, 4.2, y - 2.2, 6, y);
      path.bezierCurveTo(7.6, y + 2, 9, y + 2, 11, y - 1.4);
      path.lineTo(11.4, y + 0.6);
      path.bezierCurveTo(9.4, y + 4, 7.4, y + 4, 5.6, y + 2);
      path.bezierCurveTo(4, y, 2.8, y, 1.2, y + 2.6);
      path.closePath();
    }
  },
  tree: (path) => {
    path.arc(6, 4.5, 3.8, 0, 2 * Math.PI);
    path.rect(5.2, 8, 1.6, 4);
  },
  road: (path) => {
    path.moveTo(3.6, 1);
    path.lineTo(5.2, 1);
    path.lineTo(4, 11.5);
    path.lineTo(1, 11.5);
    path.closePath();
    path.moveTo(6.8, 1);
    path.lineTo(8.4, 1);
    path.lineTo(11, 11.5);
    path.lineTo(8, 11.5);
    path.closePath();
  },
};

export const ICON_SIZE = 12;

const paths = new Map();

/** Paint an icon with its upper left corner at x, y, parted from its ground by a halo; unknown names paint the square. */
export function drawIcon(context, { name, color, halo = null }, x, y) {
  const shape = SHAPES[name] ? name : "square";
  if (!paths.has(shape)) {
    const path = new Path2D();
    SHAPES[shape](path);
    paths.set(shape, path);
  }
  context.save();
  context.translate(x, y);
  context.lineJoin = "round";
  context.lineWidth = 2;
  if (halo) {
    context.strokeStyle = halo;
    context.stroke(paths.get(shape));
  }
  context.fillStyle = color;
  context.fill(paths.get(shape));
  context.restore();
}
