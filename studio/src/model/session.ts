/** All that the page knows, in one place: what was read, what is drafted, and what is looked at. */

import {
  Client,
  type Clip,
  type Correction,
  type Footage,
  type Person,
  Refused,
  type TimeMap,
  type Tracks,
} from "../api/client";
import { type Bases, type Draft, keep, kept, same, unsaved } from "./draft";
import { type Edit, inWords, type LayerEdit, layerEdit, withLayer } from "./edit";
import { History } from "./history";
import { type Conflict, save } from "./saving";

export type Mode = "retime" | "correct";
export type View = "result" | "source" | "beside" | "wipe" | "background" | "layer" | "matte";
export type Tool = "point" | "align" | "joints" | "paint";

/** What is looked at; not part of the work, and not undone. */
export interface Look {
  mode: Mode;
  view: View;
  tool: Tool;
  layer: number | null; // number of the layer chosen
  person: number | null; // id of the person whose joints are shown
  joint: number | null;
  frame: number; // of the output in mode retime, of the clip in mode correct
  playing: boolean;
  looping: boolean;
  range: { from: number; to: number } | null; // frames, `to` not included
  wipe: number; // 0..1 of the width
  brush: { value: 0 | 128 | 255; radius: number };
}

/** Say which frames a range holds: "10–12", the last included. */
export function rangeInWords({ from, to }: { from: number; to: number }): string {
  return to - from > 1 ? `${from}–${to - 1}` : `${from}`;
}

/** Milliseconds after which a drag is taken to rest. */
const REST = 250;

const FIRST_LOOK: Look = {
  mode: "retime",
  view: "result",
  tool: "point",
  layer: null,
  person: null,
  joint: null,
  frame: 0,
  playing: false,
  looping: true,
  range: null,
  wipe: 0.5,
  brush: { value: 255, radius: 8 },
};

export class Session {
  readonly client = new Client();
  clip!: Clip;
  footage!: Footage;
  tracks: Tracks | null = null;
  /** The corrections that `tracks` were made with. */
  tracksWith: Correction[] = [];
  history!: History<Draft>;
  saved!: Draft;
  bases!: Bases;
  edit = "";
  look = FIRST_LOOK;
  /** Of the edit as drafted, or of its last draft that made sense. */
  map!: TimeMap;
  wrong: { message: string; place: (string | number)[] | null } | null = null;
  notice: { kind: "info" | "error"; text: string } | null = null;
  conflict: Conflict | null = null;
  saving = false;
  restored = false;
  private readonly listeners = new Set<() => void>();
  private readonly frameListeners = new Set<() => void>();
  private resting = 0;
  private keeping = 0;
  private compiling = false;
  private asked: Edit | null = null;
  private answered: Edit | null = null;

  /** Read the clip; the page can show its first picture when this is done. */
  async open(): Promise<void> {
    const [clip, footage, choices, joints] = await Promise.all([
      this.client.clip(),
      this.client.footage(),
      this.client.clipFile(),
      this.client.joints(),
    ]);
    Object.assign(this, { clip, footage });
    document.title = `${clip.name} – retime studio`;
    const { layers, ignore, order } = choices;
    this.saved = {
      edits: {},
      joints: joints?.corrections ?? [],
      choices: { layers, ignore, order },
      strokes: [],
    };
    this.bases = {
      edits: {},
      joints: joints?.digest ?? null,
      choices: choices.digest,
      trimaps: {},
    };
    this.history = new History({ state: this.saved, label: "" });
    this.restore();
    if (!this.edit) this.edit = clip.edits[0] ?? "new";
    await this.readEdit(this.edit);
    await this.compile();
    this.tell();
    this.tracks = await this.client.tracks();
    this.tracksWith = this.saved.joints;
    this.followJoints();
    this.tell();
  }

  /** The work as it stands. */
  get draft(): Draft {
    return this.history.state;
  }

  /** Whether the time map of what is drafted is still to come. */
  get busy(): boolean {
    return this.compiling;
  }

  get currentEdit(): Edit {
    return this.draft.edits[this.edit] ?? {};
  }

  get unsaved(): string[] {
    return unsaved(this.draft, this.saved);
  }

  /** Frames of what is played: the output, or the clip itself while it is corrected. */
  get length(): number {
    return this.look.mode === "retime" ? this.map.length : this.clip.frames;
  }

  /** The source frame of the background at the frame looked at. */
  get sourceFrame(): number {
    const { mode, frame } = this.look;
    if (mode === "correct") return Math.min(frame, this.clip.frames - 1);
    const time = this.map.background_time[Math.min(frame, this.map.length - 1)];
    return Math.min(Math.floor(time + 0.5), this.clip.frames - 1);
  }

  layer(number: number | null) {
    return this.clip.layers.find((one) => one.number === number) ?? null;
  }

  person(id: number | null): Person | null {
    return this.tracks?.people.find((one) => one.id === id) ?? null;
  }

  /** What the edit says of a layer. */
  said(number: number): LayerEdit {
    return layerEdit(this.currentEdit, this.layer(number)!);
  }

  /** The source times at which the layer itself, not its copies, shows; null if it does not. */
  times(number: number): (number | null)[] | null {
    return this.map.instances.find((one) => one.layer === number)?.source_time ?? null;
  }

  /** Change the work. @param gesture see History.push */
  change(change: Partial<Draft>, label: string, gesture: string | null = null): void {
    this.history.push({ ...this.draft, ...change }, label, gesture);
    this.changed();
  }

  changeEdit(edit: Edit, label: string, gesture: string | null = null): void {
    if (same(edit, this.currentEdit)) return; // a drag that has not gone far enough
    this.change({ edits: { ...this.draft.edits, [this.edit]: edit } }, label, gesture);
  }

  /** Change what the edit says of a layer. */
  changeLayer(number: number, said: LayerEdit, label?: string, gesture?: string): void {
    const layer = this.layer(number)!;
    const words = label ?? `${layer.name}: ${inWords(said)}`;
    this.changeEdit(withLayer(this.currentEdit, layer, said), words, gesture ?? null);
  }

  undo(): void {
    if (this.history.undo()) this.changed();
  }

  redo(): void {
    if (this.history.redo()) this.changed();
  }

  /** Look at something else. */
  see(look: Partial<Look>): void {
    const playing = this.look.playing !== (look.playing ?? this.look.playing);
    this.look = { ...this.look, ...look };
    this.look.frame = Math.min(Math.max(Math.round(this.look.frame), 0), this.length - 1);
    // The frame alone changes many times a second; most of the page does not care.
    if (playing || Object.keys(look).some((key) => key !== "frame")) this.tell();
    else for (const listener of this.frameListeners) listener();
  }

  /** Go between the edit's own time and the clip's. */
  enter(mode: Mode): void {
    if (mode === this.look.mode) return;
    const frame = mode === "correct" ? this.sourceFrame : this.look.frame;
    const tool = mode === "correct" ? "joints" : "point";
    const view = mode === "correct" ? "source" : "result";
    this.look = { ...this.look, mode, tool, view, range: null, playing: false };
    const person = this.look.person ?? this.layer(this.look.layer)?.people[0] ?? null;
    this.see({ frame, person: person ?? this.clip.people[0] ?? null });
  }

  async openEdit(name: string): Promise<void> {
    await this.readEdit(name);
    this.edit = name;
    this.changed();
  }

  async save(): Promise<boolean> {
    if (this.saving) return false;
    this.saving = true;
    this.tell();
    try {
      this.conflict = await save(this);
      if (!this.conflict) this.say("info", "Saved.");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.say("error", error.message);
      return false;
    } finally {
      this.saving = false;
      this.changed();
    }
    return this.conflict === null;
  }

  /** Read footage and tracks again after a run has made them anew. */
  async reread(): Promise<boolean> {
    const [clip, footage, tracks] = await Promise.all([
      this.client.clip(),
      this.client.footage(),
      this.client.tracks(),
    ]);
    const anew = footage.digest !== this.footage.digest;
    Object.assign(this, { clip, footage, tracks, tracksWith: this.saved.joints });
    this.changed();
    return anew;
  }

  say(kind: "info" | "error", text: string): void {
    this.notice = { kind, text };
    this.tell();
  }

  /** Be told of all changes, or of those of the frame alone; returns what ends it. */
  listen(listener: () => void, frames = false): () => void {
    const listeners = frames ? this.frameListeners : this.listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.listeners) listener();
    for (const listener of this.frameListeners) listener();
  }

  private async readEdit(name: string): Promise<void> {
    if (name in this.saved.edits) return;
    const file = await this.client.edit(name).catch((error: Refused) => {
      if (error.status !== 404) throw error;
      return null;
    });
    const edit = (file?.edit ?? {}) as Edit;
    this.saved = { ...this.saved, edits: { ...this.saved.edits, [name]: edit } };
    if (name in this.draft.edits) return; // kept over a reload, with the digest it began from
    this.bases.edits[name] = file?.digest ?? null;
    this.history.amend((draft) => ({ ...draft, edits: { ...draft.edits, [name]: edit } }));
    if (file?.problem) this.notice = { kind: "error", text: file.problem.message };
  }

  private restore(): void {
    const found = kept(this.clip.name);
    if (!found) return;
    this.edit = found.edit;
    this.bases = found.bases;
    this.history = new History({ state: found.draft, label: "" });
    this.restored = true;
    this.notice = { kind: "info", text: "Unsaved work of last time is back." };
  }

  private changed(): void {
    void this.compile(); // first of all, since the picture waits for it
    this.followJoints();
    this.tell();
    this.keeping ||= window.setTimeout(() => this.keepUnsaved(), REST);
  }

  /** Keep what is not saved over a reload, also before one. */
  keepUnsaved(): void {
    clearTimeout(this.keeping);
    this.keeping = 0;
    const nothing = this.unsaved.length === 0;
    keep(
      this.clip.name,
      nothing ? null : { edit: this.edit, draft: this.draft, bases: this.bases },
    );
  }

  /** Ask how the tracks will be with the joints as drafted, once the hand has come to rest. */
  private followJoints(): void {
    clearTimeout(this.resting);
    if (!this.tracks || this.draft.joints === this.tracksWith) return;
    this.resting = window.setTimeout(async () => {
      const { joints } = this.draft;
      try {
        const tracks = await this.client.tracksWith(joints);
        if (joints === this.draft.joints) Object.assign(this, { tracks, tracksWith: joints });
        this.tell();
      } catch (error) {
        this.say("error", (error as Error).message);
      }
    }, REST);
  }

  /** Ask for the time map of the edit as drafted; while one is asked for, only the last waits. */
  private async compile(): Promise<void> {
    this.asked = this.currentEdit;
    if (this.compiling || same(this.asked, this.answered)) return;
    this.compiling = true;
    try {
      while (!same(this.asked, this.answered)) {
        const edit = this.asked;
        try {
          this.map = await this.client.timeMap(edit);
          this.wrong = null;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          this.wrong = { message: error.message, place: error.place };
          // A page needs some map to show; that of an edit which says nothing always is one.
          this.map ??= await this.client.timeMap({});
        }
        this.answered = edit;
        this.look.frame = Math.min(this.look.frame, this.length - 1);
        this.tell();
      }
    } finally {
      this.compiling = false;
    }
  }
}
