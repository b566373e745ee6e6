/** What a person has made and not yet saved, and what of it the files hold. */

import type { Correction, LayerChoice, OrderChoice } from "../api/client";
import type { Edit } from "./edit";
import type { Stroke } from "./paint";

export interface ClipChoices {
  layers: LayerChoice[];
  ignore: number[];
  order: OrderChoice[];
}

/** Never changed in place: undo goes back to the objects themselves. */
export interface Draft {
  edits: Record<string, Edit>;
  joints: Correction[];
  choices: ClipChoices;
  strokes: Stroke[];
}

/** Digests of the files that a draft was begun from; null: there was none. */
export interface Bases {
  edits: Record<string, string | null>;
  joints: string | null;
  choices: string | null;
  trimaps: Record<string, string | null>; // of each layer that is painted
}

export interface Kept {
  edit: string; // the name of the one that was open
  draft: Draft;
  bases: Bases;
}

export const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Say which files a save would write. */
export function unsaved(draft: Draft, saved: Draft): string[] {
  const edits = Object.keys(draft.edits).filter(
    (name) => !same(draft.edits[name], saved.edits[name]),
  );
  return [
    ...edits.map((name) => `edits/${name}.yaml`),
    ...(same(draft.joints, saved.joints) ? [] : ["keypoints"]),
    ...(same(draft.choices, saved.choices) ? [] : ["clip.yaml"]),
    ...(same(draft.strokes, saved.strokes) ? [] : ["trimaps"]),
  ];
}

const keyOf = (clip: string) => `retime-studio/${clip}`;

/** Keep unsaved work over a reload; once all is saved there is nothing to keep. */
export function keep(clip: string, kept: Kept | null): void {
  if (kept) localStorage.setItem(keyOf(clip), JSON.stringify(kept));
  else localStorage.removeItem(keyOf(clip));
}

export function kept(clip: string): Kept | null {
  const text = localStorage.getItem(keyOf(clip));
  return text ? (JSON.parse(text) as Kept) : null;
}
