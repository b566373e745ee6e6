/** Keys of a time-remap curve, and moments of a motion worth snapping to. */

import { frames, type LayerEdit, type RemapPoint } from "./edit";

export type Bend = "linear" | "hold" | "smooth";
export const BENDS: Bend[] = ["linear", "hold", "smooth"];

/** At output time `output` source time `source` is shown; `bend` leads on to the next key. */
export interface Key {
  output: number;
  source: number;
  bend: Bend;
}

/** Return the keys that a layer edit gives, in frames; none if it is retimed another way. */
export function keysOf(said: LayerEdit, fps: number): Key[] {
  if (!said.remap) return [];
  const { keys, curve } = Array.isArray(said.remap)
    ? { keys: said.remap, curve: undefined }
    : said.remap;
  return keys.map((point) => ({
    output: frames(point[0], fps),
    source: frames(point[1], fps),
    bend: (point[2] ?? curve ?? "linear") as Bend,
  }));
}

/** Return keys as the edit file writes them. */
export function asRemap(keys: Key[]): RemapPoint[] {
  return keys.map(({ output, source, bend }) =>
    bend === "linear" ? [tidy(output), tidy(source)] : [tidy(output), tidy(source), bend],
  );
}

/** Return the fewest keys whose straight lines stay within `tolerance` of a sampled curve. */
export function keysThrough(times: (number | null)[], tolerance = 0.25): Key[] {
  const shown = times.flatMap((source, output) => (source === null ? [] : [{ output, source }]));
  if (!shown.length) return [];
  const kept = new Set([0, shown.length - 1]);
  const split = (first: number, last: number) => {
    const [a, b] = [shown[first], shown[last]];
    let worst = tolerance;
    let at = -1;
    for (let k = first + 1; k < last; k++) {
      const share = (shown[k].output - a.output) / (b.output - a.output);
      const off = Math.abs(a.source + share * (b.source - a.source) - shown[k].source);
      if (off > worst) [worst, at] = [off, k];
    }
    if (at < 0) return;
    kept.add(at);
    split(first, at);
    split(at, last);
  };
  split(0, shown.length - 1);
  return [...kept]
    .sort((a, b) => a - b)
    .map((k) => ({ output: shown[k].output, source: tidy(shown[k].source), bend: "linear" }));
}

/**
 * Return keys with one moved, kept between its neighbours and inside the clip.
 * @param last the clip's last frame
 */
export function withKeyMoved(
  keys: Key[],
  index: number,
  output: number,
  source: number,
  last: number,
): Key[] {
  const earliest = index > 0 ? keys[index - 1].output + 1 : 0;
  const latest = index + 1 < keys.length ? keys[index + 1].output - 1 : Number.POSITIVE_INFINITY;
  const moved = {
    ...keys[index],
    output: Math.min(Math.max(output, earliest), latest),
    source: Math.min(Math.max(source, 0), last),
  };
  return keys.map((key, k) => (k === index ? moved : key));
}

/** Return keys with one more, and its index; a key at that output time is replaced. */
export function withKey(keys: Key[], output: number, source: number): [Key[], number] {
  const before = keys.filter((key) => key.output < output - 0.5);
  const after = keys.filter((key) => key.output > output + 0.5);
  const bend = before.at(-1)?.bend ?? "linear";
  return [[...before, { output, source, bend }, ...after], before.length];
}

/** Return the frames at which a motion turns: its hills and valleys. */
export function turns(signal: number[], least = 0.15): number[] {
  const found: number[] = [];
  for (let t = 1; t + 1 < signal.length; t++) {
    const [a, b, c] = [signal[t - 1], signal[t], signal[t + 1]];
    if (!((b >= a && b > c) || (b <= a && b < c))) continue;
    // Of jitter the neighbours within a few frames stray as far as the turn itself.
    const near = signal.slice(Math.max(0, t - 4), t + 5);
    if (Math.max(...near) - Math.min(...near) >= least) found.push(t);
  }
  return found;
}

/** Return the nearest of some moments if it is within reach, else the moment itself. */
export function snapped(moment: number, to: number[], reach: number): number {
  let best = moment;
  let distance = reach;
  for (const candidate of to) {
    const off = Math.abs(candidate - moment);
    if (off <= distance) [best, distance] = [candidate, off];
  }
  return best;
}

/** Return the output frame at which a sampled curve comes nearest to a moment, the first of such. */
export function fallsAt(times: (number | null)[], moment: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  times.forEach((time, t) => {
    const off = time === null ? Number.POSITIVE_INFINITY : Math.abs(time - moment);
    if (off < distance) [best, distance] = [t, off];
  });
  return best;
}

/** Round to hundredths of a frame: what is dragged is no finer. */
export function tidy(time: number): number {
  return Math.round(time * 100) / 100;
}
