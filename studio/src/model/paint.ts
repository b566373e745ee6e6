/** Strokes of a brush on a layer's trimaps over a range of frames. */

export type Value = 0 | 128 | 255; // is not the layer's; find out; is the layer's

export interface Stroke {
  layer: string;
  first: number;
  last: number; // frame, itself included
  value: Value;
  radius: number; // footage pixels
  points: [number, number][]; // footage pixels
}

export const MEANINGS: Record<Value, string> = {
  255: "belongs to it",
  128: "find out",
  0: "does not",
};

/** Return the strokes that lie on one frame of a layer, in the order they were painted. */
export function strokesOn(strokes: Stroke[], layer: string, frame: number): Stroke[] {
  return strokes.filter((one) => one.layer === layer && one.first <= frame && frame <= one.last);
}

/** Return every frame of a layer that some stroke touches, in order. */
export function paintedFrames(strokes: Stroke[], layer: string): number[] {
  const painted = new Set<number>();
  for (const stroke of strokes) {
    if (stroke.layer !== layer) continue;
    for (let t = stroke.first; t <= stroke.last; t++) painted.add(t);
  }
  return [...painted].sort((a, b) => a - b);
}

/**
 * Paint strokes into a trimap in place. Hard edges: a trimap has three values only.
 * @param trimap [height * width]
 * @param scale trimap pixels per footage pixel
 */
export function rasterise(
  trimap: Uint8ClampedArray,
  width: number,
  height: number,
  strokes: Stroke[],
  scale: [number, number],
): void {
  for (const { points, radius, value } of strokes) {
    points.forEach((to, k) => {
      const from = points[Math.max(k - 1, 0)];
      disc(trimap, width, height, from, to, radius, value, scale);
    });
  }
}

/** Paint all pixels within `radius` of a line. */
function disc(
  trimap: Uint8ClampedArray,
  width: number,
  height: number,
  from: [number, number],
  to: [number, number],
  radius: number,
  value: Value,
  [sx, sy]: [number, number],
): void {
  const left = Math.max(0, Math.floor((Math.min(from[0], to[0]) - radius) * sx));
  const right = Math.min(width - 1, Math.ceil((Math.max(from[0], to[0]) + radius) * sx));
  const top = Math.max(0, Math.floor((Math.min(from[1], to[1]) - radius) * sy));
  const bottom = Math.min(height - 1, Math.ceil((Math.max(from[1], to[1]) + radius) * sy));
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const x = (column + 0.5) / sx - 0.5 - from[0];
      const y = (row + 0.5) / sy - 0.5 - from[1];
      const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
      const off = (x - along * dx) ** 2 + (y - along * dy) ** 2;
      if (off <= radius * radius) trimap[row * width + column] = value;
    }
  }
}
