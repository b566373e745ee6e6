/** What a person does to the layer chosen, by button or key. */

import { asRemap, type Key, keysOf, keysThrough, tidy, withKey } from "./curve";
import { asFilmed, type LayerEdit, removed, retimed, withHold } from "./edit";
import type { Session } from "./session";

/** Return the source moment that a layer shows at the frame looked at. */
export function momentOf(session: Session, number: number, frame = session.look.frame): number {
  const times = session.times(number);
  const moment = times?.[Math.min(Math.max(Math.round(frame), 0), times.length - 1)];
  return moment ?? Math.min(frame, session.clip.frames - 1);
}

/** Stand still throughout, as at the frame looked at. */
export function freeze(session: Session, number: number): void {
  const moment = Math.round(momentOf(session, number));
  session.changeLayer(number, retimed(session.said(number), { freeze: moment }));
}

/** Stand still over the range chosen, or for a second from the frame looked at. */
export function hold(session: Session, number: number): void {
  const { frame, range } = session.look;
  const end = Math.min(session.length, frame + Math.round(session.clip.fps));
  const { from, to } = range ?? { from: frame, to: end };
  if (to > from) {
    session.changeLayer(number, withHold(session.said(number), from, to, session.clip.fps));
  }
}

/** Return the keys by which a layer can be bent: its own, or those through what it shows. */
export function editableKeys(session: Session, number: number): Key[] {
  const said = session.said(number);
  const own = keysOf(said, session.clip.fps);
  // Under a delay or a hold, keys do not lie where they are seen.
  if (own.length && !said.delay && !said.hold) return own;
  return keysThrough(session.times(number) ?? []);
}

export function setKeys(
  session: Session,
  number: number,
  keys: Key[],
  label: string,
  gesture?: string,
): void {
  const said = retimed(session.said(number), { remap: asRemap(keys) });
  session.changeLayer(number, said, label, gesture);
}

/** Pin down what the layer shows at the frame looked at by a key. */
export function addKey(session: Session, number: number): void {
  const { frame } = session.look;
  const [keys] = withKey(editableKeys(session, number), frame, tidy(momentOf(session, number)));
  setKeys(session, number, keys, `add a key at frame ${frame}`);
}

/** Play backwards; forwards if it did. */
export function reverse(session: Session, number: number): void {
  const said = session.said(number);
  if (said.remap || said.align) {
    const turned = editableKeys(session, number);
    const sources = turned.map((key) => key.source).reverse();
    const length = session.map.length - 1;
    const outputs = turned.map((key) => length - key.output).reverse();
    const keys = turned.map((key, k) => ({ ...key, output: outputs[k], source: sources[k] }));
    setKeys(session, number, keys, "reverse");
  } else session.changeLayer(number, retimed(said, { reverse: said.reverse ? undefined : true }));
}

/** Take the layer out, or bring it back; over the range chosen if there is one. */
export function remove(session: Session, number: number): void {
  const { range } = session.look;
  const said = session.said(number);
  if (said.remove) session.changeLayer(number, { ...said, remove: undefined });
  else if (range) session.changeLayer(number, { ...said, remove: { ...range } });
  else session.changeLayer(number, { remove: true });
}

/** Add a copy that plays as the layer does, half a second later. */
export function duplicate(session: Session, number: number): void {
  const said: LayerEdit = session.said(number);
  if (removed(said)) return;
  const delay = Math.max(1, Math.round(session.clip.fps / 2)) * ((said.duplicate?.length ?? 0) + 1);
  session.changeLayer(number, { ...said, duplicate: [...(said.duplicate ?? []), { delay }] });
}

export function playAsFilmed(session: Session, number: number): void {
  session.changeLayer(number, asFilmed(session.said(number)));
}
