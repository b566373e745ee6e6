/** What `clip.yaml` says of layers: who goes together, by what name, who is left alone, in front. */

import type { LayerChoice, OrderChoice } from "../api/client";
import type { ClipChoices } from "./draft";
import type { LayerName } from "./edit";

/** A layer's name, or what else may happen to a person. */
export type Place = "alone" | "ignored" | string;

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Return the first and last frame of an order; one without frames holds for the whole clip. */
export function spanOf(order: OrderChoice, count: number): [number, number] {
  return (order.frames ?? [0, count - 1]) as [number, number];
}

/** Return the layers that there will be: those chosen, or else those that there are. */
export function groups(choices: ClipChoices, layers: LayerName[]): LayerChoice[] {
  if (choices.layers.length) return choices.layers;
  return layers.map(({ name, people }) => ({ name, people }));
}

/** Return choices in which a layer has another name; null if that is none, or taken. */
export function withLayerName(
  choices: ClipChoices,
  grouped: LayerChoice[],
  name: string,
  next: string,
): ClipChoices | null {
  if (!NAME.test(next) || next === name || grouped.some((one) => one.name === next)) return null;
  return {
    ...choices,
    layers: grouped.map((one) => (one.name === name ? { ...one, name: next } : one)),
    order: choices.order.map((one) => ({
      ...one,
      back_to_front: one.back_to_front.map((layer) => (layer === name ? next : layer)),
    })),
  };
}

/** Return choices in which a person is on another layer, on one alone, or left alone. */
export function withPersonPlaced(
  choices: ClipChoices,
  grouped: LayerChoice[],
  person: number,
  place: Place,
): ClipChoices {
  const others = grouped.map((one) => ({
    ...one,
    people: one.people.filter((id) => id !== person),
  }));
  let layers = others;
  if (place === "alone") {
    const names = grouped.map((one) => one.name);
    let name = `person${person}`;
    while (names.includes(name)) name += "a";
    layers = [...others, { name, people: [person] }];
  } else if (place !== "ignored") {
    layers = others.map((one) =>
      one.name === place ? { ...one, people: [...one.people, person].sort((a, b) => a - b) } : one,
    );
  }
  layers = layers.filter((one) => one.people.length || one.mask);
  const names = layers.map((one) => one.name);
  const order = choices.order.flatMap((one) => {
    const kept = one.back_to_front.filter((name) => names.includes(String(name)));
    return kept.length > 1 ? [{ ...one, back_to_front: kept }] : [];
  });
  const ignore = choices.ignore.filter((id) => id !== person);
  return {
    layers,
    order,
    ignore: place === "ignored" ? [...ignore, person].sort((a, b) => a - b) : ignore,
  };
}

/** Return layers back to front in a frame: as chosen, the later choice first, else as found. */
export function orderAt(choices: ClipChoices, frame: number, found: string[]): string[] {
  const chosen = choices.order.findLast((one) => {
    const [first, last] = spanOf(one, Number.POSITIVE_INFINITY);
    return first <= frame && frame <= last;
  });
  if (!chosen) return found;
  const names = chosen.back_to_front.map(String);
  const others = found.filter((name) => !names.includes(name));
  return [...others, ...names.filter((name) => found.includes(name))];
}

/** Return an order, back to front, in which a layer has changed places with its neighbour. */
export function moveInOrder(order: string[], name: string, by: 1 | -1): string[] {
  const at = order.indexOf(name);
  const to = at + by;
  if (at < 0 || to < 0 || to >= order.length) return order;
  return order.with(at, order[to]).with(to, name);
}

/** Return choices with an order over frames (both included; `count` are there) in place of those that it covers. */
export function withOrder(
  choices: ClipChoices,
  [first, last]: [number, number],
  order: string[],
  count: number,
): ClipChoices {
  const others = choices.order.flatMap((one) => {
    const [from, to] = spanOf(one, count);
    const before = from < first ? [{ ...one, frames: [from, Math.min(to, first - 1)] }] : [];
    const after = to > last ? [{ ...one, frames: [Math.max(from, last + 1), to] }] : [];
    return [...before, ...after] as typeof choices.order;
  });
  const all = [...others, { frames: [first, last] as [number, number], back_to_front: order }];
  return { ...choices, order: all.sort((a, b) => spanOf(a, count)[0] - spanOf(b, count)[0]) };
}
