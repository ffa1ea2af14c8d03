/** Choosing which labels are shown and where. Pure: text is measured by the caller. */

const GAP = 3;

function overlaps(one, other) {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** A coarse grid, so that a label is only compared with its neighbours. */
class Crowd {
  constructor(cell = 128) {
    this.cell = cell;
    this.boxes = new Map();
  }

  keys({ x, y, width, height }) {
    const keys = [];
    for (let column = Math.floor(x / this.cell); column <= Math.floor((x + width) / this.cell); column++) {
      for (let row = Math.floor(y / this.cell); row <= Math.floor((y + height) / this.cell); row++) keys.push(`${column} ${row}`);
    }
    return keys;
  }

  admit(box) {
    const keys = this.keys(box);
    if (keys.some((key) => (this.boxes.get(key) ?? []).some((other) => overlaps(box, other)))) return false;
    for (const key of keys) {
      if (!this.boxes.has(key)) this.boxes.set(key, []);
      this.boxes.get(key).push(box);
    }
    return true;
  }
}

/**
 * Of candidates {id, x, y, width, height, rank} (centre and size in pixels) those that fit without
 * touching, one per id, in the order of rank, then of id: the same view always shows the same labels.
 */
export function placeLabels(candidates) {
  const crowd = new Crowd();
  const named = new Set();
  const placed = [];
  const inOrder = [...candidates].sort(
    (one, other) => one.rank - other.rank || one.id.localeCompare(other.id) || one.x - other.x || one.y - other.y,
  );
  for (const candidate of inOrder) {
    if (named.has(candidate.id)) continue;
    const { x, y, width, height } = candidate;
    if (!crowd.admit({ x: x - width / 2 - GAP, y: y - height / 2, width: width + 2 * GAP, height })) continue;
    named.add(candidate.id);
    placed.push(candidate);
  }
  return placed;
}
