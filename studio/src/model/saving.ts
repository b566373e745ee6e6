/** Write what is drafted to the clip's files, unless they were changed elsewhere meanwhile. */

import { type ClipFile, type EditFile, type JointFile, Refused, type Trimaps } from "../api/client";
import { same } from "./draft";
import type { Edit } from "./edit";
import { paintedFrames } from "./paint";
import type { Session } from "./session";
import { forgetPainted, saveTrimaps } from "./trimaps";

/** A file that is not the one the work began from. */
export interface Conflict {
  file: string;
  message: string;
  /** Go on from the file as it is now: with the own work, or with what the file says. */
  settle: (whose: "mine" | "theirs") => void;
}

/** Save all that is not; the first file that was changed elsewhere ends it. */
export async function save(session: Session): Promise<Conflict | null> {
  const { client, bases } = session;
  for (const [name, edit] of Object.entries(session.draft.edits)) {
    if (same(edit, session.saved.edits[name])) continue;
    try {
      const file = await client.saveEdit(name, edit, bases.edits[name] ?? null);
      bases.edits[name] = file.digest;
      session.saved = { ...session.saved, edits: { ...session.saved.edits, [name]: edit } };
      if (!session.clip.edits.includes(name)) session.clip.edits.push(name);
    } catch (error) {
      return conflict(`edits/${name}.yaml`, error, (current: EditFile | null, whose) => {
        const theirs = (current?.edit ?? {}) as Edit;
        bases.edits[name] = current?.digest ?? null;
        session.saved = { ...session.saved, edits: { ...session.saved.edits, [name]: theirs } };
        if (whose === "mine") return;
        session.change(
          { edits: { ...session.draft.edits, [name]: theirs } },
          `take ${name} from its file`,
        );
      });
    }
  }
  const { joints, choices, strokes } = session.draft;
  if (!same(joints, session.saved.joints)) {
    try {
      bases.joints = (await client.saveJoints(joints, bases.joints)).digest;
      session.saved = { ...session.saved, joints };
    } catch (error) {
      return conflict("keypoints", error, (current: JointFile | null, whose) => {
        bases.joints = current?.digest ?? null;
        const theirs = current?.corrections ?? [];
        session.saved = { ...session.saved, joints: theirs };
        if (whose === "theirs") session.change({ joints: theirs }, "take joints from their file");
      });
    }
  }
  if (!same(choices, session.saved.choices)) {
    try {
      bases.choices = (await client.saveClipFile(choices, bases.choices)).digest;
      session.saved = { ...session.saved, choices };
    } catch (error) {
      return conflict("clip.yaml", error, (current: ClipFile | null, whose) => {
        bases.choices = current?.digest ?? null;
        const { layers = [], ignore = [], order = [] } = current ?? {};
        const theirs = { layers, ignore, order };
        session.saved = { ...session.saved, choices: theirs };
        if (whose === "theirs") session.change({ choices: theirs }, "take clip.yaml as it is");
      });
    }
  }
  if (!same(strokes, session.saved.strokes)) {
    for (const { name } of session.clip.layers) {
      const before = paintedFrames(session.saved.strokes, name);
      const frames = new Set([...before, ...paintedFrames(strokes, name)]);
      try {
        await saveTrimaps(session, name, [...frames]);
      } catch (error) {
        return conflict(`trimaps/${name}`, error, (current: Trimaps | null, whose) => {
          bases.trimaps[name] = current?.digest ?? null;
          forgetPainted(); // strokes go on what is there now
          if (whose === "mine") return;
          const others = strokes.filter((one) => one.layer !== name);
          session.change({ strokes: others }, `take ${name}'s trimaps as they are`);
          session.saved = { ...session.saved, strokes: others };
        });
      }
    }
    session.saved = { ...session.saved, strokes };
  }
  return null;
}

function conflict<Current>(
  file: string,
  error: unknown,
  settle: (current: Current | null, whose: "mine" | "theirs") => void,
): Conflict {
  if (!(error instanceof Refused) || !error.conflict) throw error;
  return {
    file,
    message: error.message,
    settle: (whose) => settle((error.current ?? null) as Current | null, whose),
  };
}
