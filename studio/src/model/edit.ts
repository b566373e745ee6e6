/**
 * The edit as its file says it, and changes of it that return a new one. Short forms and what is
 * not known here are kept as they were written.
 */

export type Time = number | string; // frames, or seconds as in "1.5s"
export type RemapPoint = [Time, Time] | [Time, Time, string];
export type Span = { from?: Time; to?: Time };
export type HoldSpan = Span & { at?: Time; for?: Time };

export interface Align {
  to: string | number;
  points?: [Time, Time][];
  auto?: boolean;
  [other: string]: unknown;
}

export interface Playback {
  freeze?: Time;
  remap?: RemapPoint[] | { keys: RemapPoint[]; curve?: string };
  speed?: unknown;
  reverse?: boolean;
  start?: Time;
  loop?: unknown;
  delay?: Time;
  hold?: HoldSpan | HoldSpan[];
}

export interface Appearance extends Playback {
  align?: Align;
  move?: [number, number];
  opacity?: number | [Time, number][];
  fade?: { in?: Time; out?: Time };
  between?: string;
}

export interface Copy extends Appearance {
  depth?: string;
}

export interface LayerEdit extends Appearance {
  remove?: boolean | Span;
  depth?: string | [Time, string][];
  duplicate?: Copy[];
}

export interface Edit {
  layers?: Record<string, LayerEdit | "remove">;
  background?: Playback;
  order?: (Span & { back_to_front: (string | number)[] })[];
  length?: Time;
  range?: Span;
  sound?: string | { with: string | number };
  between?: string;
  [other: string]: unknown;
}

export interface LayerName {
  name: string;
  people: number[];
}

/** All that says when a layer plays. */
const TIMINGS = ["freeze", "remap", "align", "speed", "reverse", "start", "loop"] as const;
const SHIFTS = ["delay", "hold"] as const;

/** Return a time in frames. */
export function frames(time: Time, fps: number): number {
  if (typeof time === "number") return time;
  return time.endsWith("s") ? Number.parseFloat(time) * fps : Number.parseFloat(time);
}

/** Return the key by which an edit calls a layer: its name, or the number of one of its people. */
export function keyOf(edit: Edit, layer: LayerName): string {
  const keys = Object.keys(edit.layers ?? {});
  return keys.find((key) => layer.people.map(String).includes(key)) ?? layer.name;
}

/** Return what the edit says of a layer; nothing said: {}. */
export function layerEdit(edit: Edit, layer: LayerName): LayerEdit {
  const said = edit.layers?.[keyOf(edit, layer)];
  return said === "remove" ? { remove: true } : (said ?? {});
}

/** Return the edit with another layer edit in it; one that says nothing is left out. */
export function withLayer(edit: Edit, layer: LayerName, said: LayerEdit): Edit {
  const key = keyOf(edit, layer);
  const layers = { ...edit.layers };
  const kept = dropEmpty(said) as LayerEdit;
  if (Object.keys(kept).length === 0) delete layers[key];
  else layers[key] = removed(kept) ? "remove" : kept;
  return dropEmpty({ ...edit, layers }) as Edit;
}

/** Whether the layer shows at no time. */
export function removed(said: LayerEdit): boolean {
  return said.remove === true;
}

/** Return a layer edit that plays another way; what cannot stand beside it goes. */
export function retimed<T extends Playback>(said: T, timing: Appearance): T {
  const kept = { ...said } as Record<string, unknown>;
  const alone = ["freeze", "remap", "align"].some((name) => name in timing);
  const others = TIMINGS.filter((name) => alone || ["freeze", "remap", "align"].includes(name));
  for (const name of others) delete kept[name];
  // A freeze has no later; keys and points are drawn where they fall, shifts and all.
  if (alone) for (const name of SHIFTS) delete kept[name];
  if (removed(said as LayerEdit)) delete kept.remove;
  return { ...kept, ...timing } as T;
}

/** Return a layer edit that plays as filmed. */
export function asFilmed<T extends Playback>(said: T): T {
  const kept = { ...said } as Record<string, unknown>;
  for (const name of [...TIMINGS, ...SHIFTS]) delete kept[name];
  return kept as T;
}

export function listed<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Return a hold from one output frame to another, added in order; those it meets are replaced. */
export function withHold(said: LayerEdit, from: number, to: number, fps: number): LayerEdit {
  const start = (hold: HoldSpan) => frames(hold.from ?? 0, fps);
  const others = listed(said.hold).filter((hold) => {
    if (hold.from === undefined) return true; // at a moment of the source: stays where it is
    return endOf(hold, fps) <= from || start(hold) >= to;
  });
  const hold = [...others, { from, to }].sort((a, b) => start(a) - start(b));
  const kept = said.freeze === undefined ? said : asFilmed(said);
  return { ...kept, hold: hold.length === 1 ? hold[0] : hold };
}

/** Say over which frames a hold stands still, the last included, or where in the source and how long. */
export function holdInWords(hold: HoldSpan, fps: number): string {
  if (hold.from === undefined) return `at ${hold.at} for ${hold.for}`;
  return `${frames(hold.from, fps)}–${endOf(hold, fps) - 1}`;
}

/** Return the output frame from which a hold goes on, if it is one from an output frame. */
function endOf(hold: HoldSpan, fps: number): number {
  if (hold.to !== undefined) return frames(hold.to, fps);
  return frames(hold.from ?? 0, fps) + frames(hold.for ?? 0, fps);
}

/** Return the align points in frames, in order. */
export function alignPoints(align: Align | undefined, fps: number): [number, number][] {
  return (align?.points ?? []).map(([own, other]) => [frames(own, fps), frames(other, fps)]);
}

/**
 * Return points with one more; of those that would cross it, or lie on it, none is kept, since
 * both times of points must increase.
 */
export function withPoint(points: [number, number][], point: [number, number]): [number, number][] {
  const apart = points.filter(([own, other]) => (own - point[0]) * (other - point[1]) > 0);
  return [...apart, point].sort((a, b) => a[0] - b[0]);
}

/** Say in a few words what an edit does to a layer. */
export function inWords(said: LayerEdit): string {
  const words: string[] = [];
  if (removed(said)) return "removed";
  if (said.freeze !== undefined) words.push(`frozen at ${said.freeze}`);
  if (said.remap) words.push("keys");
  if (said.align) words.push(`aligned to ${said.align.to}`);
  if (typeof said.speed === "number") words.push(`${said.speed}×`);
  else if (said.speed) words.push("speed ramp");
  if (said.reverse) words.push("reversed");
  if (said.loop) words.push("looped");
  if (said.delay) words.push(`offset ${said.delay}`);
  if (said.hold) words.push("hold");
  if (said.remove) words.push("removed for a while");
  if (said.fade) words.push("fade");
  if (said.opacity !== undefined) words.push("opacity");
  if (said.duplicate?.length) words.push(`+${said.duplicate.length}`);
  return words.join(", ") || "as filmed";
}

function dropEmpty(said: object): object {
  const empty = (value: unknown) =>
    value === undefined ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(said).filter(([, value]) => !empty(value)));
}
