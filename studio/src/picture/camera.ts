/** Homographies, row by row as [9]: how a layer of one frame is seen by another frame's camera. */

export type Matrix = number[];

/** Pixels: left, top, right, bottom, the last two not included. */
export type Box = [number, number, number, number];

/** Pixels to either side of a place from which the cubic kernel takes its colour. */
const REACH = 2;

export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export function times(a: Matrix, b: Matrix): Matrix {
  const out: Matrix = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += a[3 * row + k] * b[3 * k + column];
      out.push(sum);
    }
  }
  return out;
}

export function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const determinant = a * A + b * B + c * C;
  return [
    ...[A, c * h - b * i, b * f - c * e],
    ...[B, a * i - c * g, c * d - a * f],
    ...[C, b * g - a * h, a * e - b * d],
  ].map((value) => value / determinant);
}

export function same(a: Matrix, b: Matrix): boolean {
  return a.every((value, k) => value === b[k]);
}

/** Return the homography `share` of the way from one frame's to the next one's. */
export function between(here: Matrix, there: Matrix, share: number): Matrix {
  if (!share) return here;
  return here.map((h, k) => ((1 - share) * h) / here[8] + (share * there[k]) / there[8]);
}

/**
 * Return the homography from pixels of the output to pixels of a layer's picture: down from the
 * layer's frame to the canvas and up to the output's camera, then displaced, all turned round.
 * Null if that is no change at all.
 */
export function outputToLayer(
  layer: Matrix,
  output: Matrix,
  dx: number,
  dy: number,
): Matrix | null {
  if (!dx && !dy && same(layer, output)) return null;
  const seen = same(layer, output) ? IDENTITY : times(inverse(output), layer);
  return inverse(times([1, 0, dx, 0, 1, dy, 0, 0, 1], seen));
}

/**
 * Return the box of the output in which a part of a layer's picture can be seen; null: in none.
 * @param toLayer pixels of the output to pixels of the layer, by cubic resampling; null: the same
 */
export function seenIn(
  part: Box,
  toLayer: Matrix | null,
  width: number,
  height: number,
): Box | null {
  let [left, top, right, bottom] = part;
  if (toLayer) {
    const m = inverse(toLayer);
    const across: number[] = [];
    const down: number[] = [];
    for (const x of [left - REACH, right - 1 + REACH]) {
      for (const y of [top - REACH, bottom - 1 + REACH]) {
        const z = m[6] * x + m[7] * y + m[8];
        if (z <= 0) return [0, 0, width, height]; // beyond the horizon: it may be anywhere
        across.push((m[0] * x + m[1] * y + m[2]) / z);
        down.push((m[3] * x + m[4] * y + m[5]) / z);
      }
    }
    [left, right] = [Math.floor(Math.min(...across)), Math.ceil(Math.max(...across)) + 1];
    [top, bottom] = [Math.floor(Math.min(...down)), Math.ceil(Math.max(...down)) + 1];
  }
  const box: Box = [
    Math.max(0, left),
    Math.max(0, top),
    Math.min(width, right),
    Math.min(height, bottom),
  ];
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}

/** Return the least box that holds two; null holds nothing. */
export function joined(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b;
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [left, top, Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
