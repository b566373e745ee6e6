/** Corrections of joints, and how joints between corrected frames will lie. */

import type { Correction, JointCorrection, Person } from "../api/client";

export type Place = [number, number];
export const OBSERVED = 1;
export const INTERPOLATED = 2;
export const CORRECTED = 3;

/** A joint as it is shown: where, and where from. */
export interface Shown {
  at: Place;
  origin: number;
}

/** Whether an entry puts joints of a frame right; others say who is who. */
export function isJoint(one: Correction): one is JointCorrection {
  return "keypoints" in one && typeof one.frame === "number";
}

/** Return what was said of a joint: a place, null for "not there", undefined for nothing. */
export function correctionOf(
  corrections: Correction[],
  person: number,
  frame: number,
  joint: string,
): Place | null | undefined {
  const found = corrections.findLast(
    (one) => isJoint(one) && one.person === person && one.frame === frame && joint in one.keypoints,
  ) as JointCorrection | undefined;
  return found?.keypoints[joint];
}

/** Return corrections with one joint placed; `undefined` takes the correction back. */
export function withJoint(
  corrections: Correction[],
  person: number,
  frame: number,
  joint: string,
  place: Place | null | undefined,
): Correction[] {
  const others = corrections.flatMap((one) => {
    if (!isJoint(one) || one.person !== person || one.frame !== frame) return [one];
    const { [joint]: _, ...keypoints } = one.keypoints;
    return Object.keys(keypoints).length ? [{ ...one, keypoints }] : [];
  });
  if (place === undefined) return others;
  const index = others.findIndex(
    (one) => isJoint(one) && one.person === person && one.frame === frame,
  );
  if (index < 0) return [...others, { person, frame, keypoints: { [joint]: place } }];
  const one = others[index] as JointCorrection;
  return others.with(index, { ...one, keypoints: { ...one.keypoints, [joint]: place } });
}

/**
 * Return a joint in every frame as it will lie once the tracks are made anew: as corrected, else
 * as observed, else on a line between the nearest frames that are either. The tracks' own
 * interpolation follows the rest of the body, too; this is a preview of it.
 */
export function jointPath(
  person: Person,
  joint: number,
  name: string,
  corrections: Correction[],
): (Shown | null)[] {
  const said = new Map<number, Place | null>();
  for (const one of corrections) {
    if (isJoint(one) && one.person === person.id && name in one.keypoints) {
      said.set(one.frame, one.keypoints[name]);
    }
  }
  const changed = [...said.keys()];
  const path: (Shown | null)[] = person.joints.map((joints, t) => {
    const at = joints[joint] as Place | null;
    return at && { at, origin: person.origin[t][joint] };
  });
  for (const [t, place] of said) {
    if (t >= path.length) continue;
    if (place) path[t] = { at: place, origin: CORRECTED };
    else if (path[t]) path[t] = { at: path[t].at, origin: INTERPOLATED };
  }
  const fixed = (t: number) => path[t] && path[t].origin !== INTERPOLATED;
  for (let t = 0; t < path.length; t++) {
    if (!path[t] || fixed(t)) continue;
    let before = t - 1;
    while (before >= 0 && path[before] && !fixed(before)) before--;
    let after = t + 1;
    while (after < path.length && path[after] && !fixed(after)) after++;
    // What no correction touches stays as the tracks have it.
    if (!changed.some((frame) => frame >= before && frame <= after)) continue;
    const a = path[before];
    const b = path[after];
    if (!a || !b) {
      const only = a ?? b;
      if (only) path[t] = { at: only.at, origin: INTERPOLATED };
      continue;
    }
    const share = (t - before) / (after - before);
    path[t] = {
      at: [a.at[0] + share * (b.at[0] - a.at[0]), a.at[1] + share * (b.at[1] - a.at[1])],
      origin: INTERPOLATED,
    };
  }
  return path;
}
