/** Homographies, row by row as [9]: how a layer of one frame is seen by another frame's camera. */

export type Matrix = number[];

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
