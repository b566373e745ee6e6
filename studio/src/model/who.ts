/** Corrections that say who is who: what the tracking took for one person, or for several. */

import type { Clip, Correction, JointCorrection, Tracks } from "../api/client";
import { isJoint, type Place } from "./joints";

/** A body of height 1 that stands on the ground with its arms a little out: COCO's joints. */
const STANDING: Record<string, Place> = {
  nose: [0, -0.91],
  left_eye: [0.02, -0.93],
  right_eye: [-0.02, -0.93],
  left_ear: [0.045, -0.92],
  right_ear: [-0.045, -0.92],
  left_shoulder: [0.11, -0.8],
  right_shoulder: [-0.11, -0.8],
  left_elbow: [0.16, -0.63],
  right_elbow: [-0.16, -0.63],
  left_wrist: [0.18, -0.48],
  right_wrist: [-0.18, -0.48],
  left_hip: [0.07, -0.5],
  right_hip: [-0.07, -0.5],
  left_knee: [0.08, -0.27],
  right_knee: [-0.08, -0.27],
  left_ankle: [0.08, -0.04],
  right_ankle: [-0.08, -0.04],
};

/** Return the entries that say who is who, with their places in the list. */
export function whoIsWho(corrections: Correction[]): { entry: Correction; index: number }[] {
  return corrections.flatMap((entry, index) => (isRegrouping(entry) ? [{ entry, index }] : []));
}

function isRegrouping(one: Correction): boolean {
  return !("person" in one);
}

/** Say in a few words what an entry says. */
export function inWords(entry: Correction): string {
  const said = entry as Record<string, unknown>;
  const span = said.frames as [number, number] | undefined;
  if ("split" in said) return `${said.split} is ${said.into} from frame ${said.frame} on`;
  if ("merge" in said) return `${(said.merge as number[]).join(" and ")} are one`;
  if ("swap" in said) {
    return `${(said.swap as number[]).join(" and ")} swap at frame ${said.frame ?? 0}`;
  }
  if ("rename" in said) return `${said.rename} is called ${said.to}`;
  if ("drop" in said) {
    return `${said.drop} is nobody${span ? ` in frames ${span.join("–")}` : ""}`;
  }
  if ("draw" in said) return `${said.draw} is drawn`;
  return JSON.stringify(entry);
}

/** Return a number by which nobody is called yet. */
export function freeNumber(ids: number[], corrections: Correction[]): number {
  const said = corrections.flatMap((one) => {
    const { into, to, draw } = one as Record<string, number | undefined>;
    return [into, to, draw].filter((id) => id !== undefined);
  });
  return Math.max(0, ...ids, ...said) + 1;
}

/** Return who a person is, in a frame, once an entry says so; null: nobody. */
function renamed(entry: Correction, person: number, frame: number): number | null {
  const { split, into, merge, swap, rename, to, drop, frames, ...said } = entry as {
    [key: string]: number | undefined;
  } & { merge?: number[]; swap?: number[]; frames?: number[] };
  const from = said.frame ?? 0;
  if (split === person && frame >= from) return into!;
  if (merge?.includes(person)) return merge[0];
  if (swap?.includes(person) && frame >= from) return swap[0] === person ? swap[1] : swap[0];
  if (rename === person) return to!;
  const within = !frames || (frames[0] <= frame && frame <= frames[1]);
  return drop === person && within ? null : person;
}

/** Return corrections with one more entry; joints that were put right go with their people. */
export function withEntry(corrections: Correction[], entry: Correction): Correction[] {
  return [...followed(corrections, entry), entry];
}

/** Return corrections without one entry; joints go back with it as far as it says to whom. */
export function withoutEntry(corrections: Correction[], index: number): Correction[] {
  const entry = corrections[index] as Record<string, unknown>;
  const others = corrections.filter((_, k) => k !== index);
  if ("split" in entry) return followed(others, { rename: entry.into, to: entry.split });
  if ("swap" in entry) return followed(others, entry);
  if ("rename" in entry) return followed(others, { rename: entry.to, to: entry.rename });
  if ("draw" in entry) return followed(others, { drop: entry.draw });
  return others;
}

function followed(corrections: Correction[], entry: Correction): Correction[] {
  return corrections.flatMap((one): Correction[] => {
    if (!isJoint(one)) return [one];
    const person = renamed(entry, one.person, one.frame);
    if (person === one.person) return [one];
    return person === null ? [] : [{ ...one, person }];
  });
}

/** Return corrections with somebody whom the detector never found, standing in mid-picture. */
export function withDrawn(
  corrections: Correction[],
  person: number,
  frame: number,
  clip: Clip,
  tracks: Tracks,
): Correction[] {
  const heights = tracks.people
    .flatMap(({ box }) => (box[frame] ? [box[frame][3] - box[frame][1]] : []))
    .sort((a, b) => a - b);
  const most = 0.9 * clip.source_height;
  const height = Math.min(most, heights[heights.length >> 1] ?? 0.6 * clip.source_height);
  const foot = (clip.source_height + height) / 2;
  const round = (value: number) => Math.round(value * 10) / 10;
  const keypoints = Object.fromEntries(
    Object.entries(STANDING).map(([name, [x, y]]) => [
      name,
      [round(clip.source_width / 2 + x * height), round(foot + y * height)] as Place,
    ]),
  );
  const joints: JointCorrection = { person, frame, keypoints };
  return [...corrections, { draw: person }, joints];
}
