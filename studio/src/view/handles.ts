/** What of a lane's curve can be taken hold of: keys, the moment of a freeze, alignment points. */

import { editableKeys, momentOf, setKeys } from "../model/actions";
import { fallsAt, keysOf, turns, withKeyMoved } from "../model/curve";
import { alignPoints, type LayerEdit, retimed } from "../model/edit";
import type { Session } from "../model/session";

export interface Handle {
  output: number;
  source: number;
  kind: "key" | "freeze" | "point";
  bend?: string;
  label: string;
  /** Go to another place; steps of one gesture are undone as one. */
  move: (output: number, source: number, gesture: string) => void;
  remove: () => void;
}

/** Return the handles of a layer's curve as it is drafted. */
export function handlesOf(session: Session, number: number): Handle[] {
  const said = session.said(number);
  const { fps, frames } = session.clip;
  if (said.freeze !== undefined) return [freezeHandle(session, number, said)];
  if (said.align?.points) return pointHandles(session, number, said);
  const keys = keysOf(said, fps);
  if (!keys.length || said.delay || said.hold) return [];
  return keys.map((key, k) => ({
    ...key,
    kind: "key",
    label: `Key ${k + 1}: frame ${key.output} shows ${key.source}, then ${key.bend}`,
    move: (output, source, gesture) => {
      const moved = withKeyMoved(editableKeys(session, number), k, output, source, frames - 1);
      const { output: at, source: shows } = moved[k];
      setKeys(session, number, moved, `key at frame ${at} shows ${shows}`, gesture);
    },
    remove: () => {
      const others = keys.filter((_, other) => other !== k);
      if (others.length) setKeys(session, number, others, `remove the key at ${key.output}`);
      else session.changeLayer(number, retimed(said, {}));
    },
  }));
}

function freezeHandle(session: Session, number: number, said: LayerEdit): Handle {
  const moment = momentOf(session, number);
  const output = Math.round((session.length - 1) / 2);
  const last = session.clip.frames - 1;
  return {
    output,
    source: moment,
    kind: "freeze",
    label: `Frozen at frame ${moment}`,
    move: (_, source, gesture) => {
      const freeze = Math.min(Math.max(Math.round(source), 0), last);
      session.changeLayer(number, retimed(session.said(number), { freeze }), undefined, gesture);
    },
    remove: () => session.changeLayer(number, { ...said, freeze: undefined }),
  };
}

function pointHandles(session: Session, number: number, said: LayerEdit): Handle[] {
  const { clip } = session;
  const align = said.align!;
  const other = clip.layers.find(
    ({ name, people }) => name === align.to || people.includes(Number(align.to)),
  );
  if (!other) return [];
  const points = alignPoints(align, clip.fps);
  const set = (changed: [number, number][], label: string, gesture?: string) => {
    const next = changed.length
      ? { ...said, align: { ...align, points: changed } }
      : retimed(said, {});
    session.changeLayer(number, next, label, gesture);
  };
  return points.map(([own, theirs], k) => ({
    output: fallsAt(session.times(other.number) ?? [], theirs),
    source: own,
    kind: "point",
    label: `Frame ${own} falls where ${other.name}'s frame ${theirs} falls`,
    move: (output, source, gesture) => {
      const now = alignPoints(session.said(number).align, clip.fps);
      const before = now[k - 1] ?? [-1, -1];
      const after = now[k + 1] ?? [clip.frames, clip.frames];
      const within = (value: number, low: number, high: number) =>
        Math.min(Math.max(value, low + 1), high - 1);
      const moved: [number, number] = [
        within(source, before[0], after[0]),
        within(Math.round(momentOf(session, other.number, output)), before[1], after[1]),
      ];
      set(now.with(k, moved), `frame ${moved[0]} to ${other.name}'s ${moved[1]}`, gesture);
    },
    remove: () =>
      set(
        points.filter((_, one) => one !== k),
        `remove a point to ${other.name}`,
      ),
  }));
}

/** Return the moments of a layer's own motion worth snapping to. */
export function turnsOf(session: Session, number: number): number[] {
  return turns(session.tracks?.layer_motion[number - 1] ?? []);
}
