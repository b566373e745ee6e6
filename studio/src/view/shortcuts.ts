/** What the keyboard does, and the sheet that says so. */

import { css, html, LitElement } from "lit";
import { customElement, query } from "lit/decorators.js";
import { addKey, duplicate, freeze, hold, playAsFilmed, remove, reverse } from "../model/actions";
import type { Session, View } from "../model/session";
import { shared } from "../style/shared";

interface Shortcut {
  keys: string[]; // as KeyboardEvent.key, with Ctrl+ and Shift+ before
  says: string;
  does: (session: Session, key: string) => void;
}

const onLayer = (act: (session: Session, number: number) => void) => (session: Session) => {
  const { mode, layer } = session.look;
  if (mode === "retime" && layer !== null) act(session, layer);
};

const step = (by: number) => (session: Session) =>
  session.see({ frame: session.look.frame + by, playing: false });

const chooseLayer = (by: number) => (session: Session) => {
  const numbers = session.clip.layers.map((one) => one.number);
  const at = numbers.indexOf(session.look.layer ?? -1);
  const next = at < 0 ? (by > 0 ? 0 : numbers.length - 1) : at + by;
  if (numbers[next] !== undefined) session.see({ layer: numbers[next] });
};

const rangeEnd = (end: "from" | "to") => (session: Session) => {
  const { frame, range } = session.look;
  const old = range ?? { from: 0, to: session.length };
  const next = end === "from" ? { ...old, from: frame } : { ...old, to: frame + 1 };
  if (next.to <= next.from)
    next[end === "from" ? "to" : "from"] = end === "from" ? session.length : 0;
  session.see({ range: next });
};

const VIEWS: View[] = ["result", "source", "beside", "wipe", "layer", "matte", "background"];

export const SHORTCUTS: Record<string, Shortcut[]> = {
  Playback: [
    { keys: [" "], says: "play or pause", does: (s) => s.see({ playing: !s.look.playing }) },
    { keys: ["ArrowLeft"], says: "a frame back", does: step(-1) },
    { keys: ["ArrowRight"], says: "a frame on", does: step(1) },
    { keys: ["Shift+ArrowLeft"], says: "ten frames back", does: step(-10) },
    { keys: ["Shift+ArrowRight"], says: "ten frames on", does: step(10) },
    { keys: ["Home"], says: "first frame", does: (s) => s.see({ frame: 0, playing: false }) },
    {
      keys: ["End"],
      says: "last frame",
      does: (s) => s.see({ frame: s.length - 1, playing: false }),
    },
    { keys: ["i"], says: "range begins here", does: rangeEnd("from") },
    { keys: ["o"], says: "range ends here", does: rangeEnd("to") },
    { keys: ["x"], says: "forget the range", does: (s) => s.see({ range: null }) },
    { keys: ["l"], says: "loop, or not", does: (s) => s.see({ looping: !s.look.looping }) },
  ],
  Picture: [
    {
      keys: ["1", "2", "3", "4", "5", "6", "7"],
      says: "result, source, beside, wipe, layer, matte, background",
      does: (s, key) => s.see({ view: VIEWS[Number(key) - 1] }),
    },
    {
      keys: ["c"],
      says: "retime, or correct",
      does: (s) => s.enter(s.look.mode === "retime" ? "correct" : "retime"),
    },
  ],
  "Layer chosen": [
    { keys: ["ArrowUp"], says: "the layer above", does: chooseLayer(-1) },
    { keys: ["ArrowDown"], says: "the layer below", does: chooseLayer(1) },
    { keys: ["f"], says: "freeze at this frame", does: onLayer(freeze) },
    { keys: ["h"], says: "hold over the range, or for a second", does: onLayer(hold) },
    { keys: ["k"], says: "add a key here", does: onLayer(addKey) },
    { keys: ["r"], says: "reverse", does: onLayer(reverse) },
    { keys: ["d"], says: "duplicate", does: onLayer(duplicate) },
    { keys: ["Delete"], says: "remove, or bring back", does: onLayer(remove) },
    { keys: ["Backspace"], says: "play as filmed", does: onLayer(playAsFilmed) },
    {
      keys: ["a"],
      says: "align by points",
      does: (s) =>
        s.look.mode === "retime" && s.see({ tool: s.look.tool === "align" ? "point" : "align" }),
    },
  ],
  Correct: [
    {
      keys: ["j"],
      says: "joints",
      does: (s) => s.look.mode === "correct" && s.see({ tool: "joints" }),
    },
    {
      keys: ["t"],
      says: "trimap",
      does: (s) => s.look.mode === "correct" && s.see({ tool: "paint" }),
    },
    {
      keys: ["[", "]"],
      says: "smaller, larger brush",
      does: (s, key) => {
        const radius = s.look.brush.radius * (key === "[" ? 0.8 : 1.25);
        s.see({
          brush: { ...s.look.brush, radius: Math.round(Math.min(60, Math.max(1, radius))) },
        });
      },
    },
  ],
  Work: [
    { keys: ["Ctrl+z"], says: "undo", does: (s) => s.undo() },
    { keys: ["Ctrl+Shift+z", "Ctrl+y"], says: "redo", does: (s) => s.redo() },
    { keys: ["Ctrl+s"], says: "save", does: (s) => void s.save() },
    {
      keys: ["Escape"],
      says: "leave a tool",
      does: (s) => s.look.tool === "align" && s.see({ tool: "point" }),
    },
  ],
};

/** What has no entry above since it is no matter of the session. */
const OTHERS: [string, string][] = [
  ["+ / −", "zoom in, out"],
  ["0", "whole picture"],
  ["Ctrl+Enter", "run"],
  ["?", "this sheet"],
  ["Tab, arrows", "go to a key, a point, a joint (with Alt), and move it"],
  ["B", "on a key: linear, hold, smooth"],
];

/** Do what a key stands for; false if it stands for nothing. */
export function press(session: Session, event: KeyboardEvent): boolean {
  const single = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (single.length > 1 || /[a-z]/.test(single));
  const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shift ? "Shift+" : ""}${single}`;
  for (const shortcut of Object.values(SHORTCUTS).flat()) {
    if (!shortcut.keys.includes(name)) continue;
    shortcut.does(session, single);
    return true;
  }
  return false;
}

const NAMES: Record<string, string> = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

const written = (key: string) =>
  key
    .split("+")
    .map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");

@customElement("retime-shortcuts")
export class ShortcutSheet extends LitElement {
  static override styles = [
    shared,
    css`
      dialog { background: var(--panel); color: var(--text); border: 1px solid var(--line); border-radius: 10px; padding: 24px 28px; box-shadow: 0 20px 80px #000; max-width: 900px; }
      dialog::backdrop { background: #000a; }
      .columns { columns: 3 240px; column-gap: 36px; }
      section { break-inside: avoid; margin-bottom: 18px; }
      dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 5px 12px; align-items: baseline; }
      dt { justify-self: end; white-space: nowrap; } dd { margin: 0; }
      .heading { display: flex; justify-content: space-between; align-items: center; margin-bottom: 16px; }
      h1 { font-size: 16px; margin: 0; color: var(--strong); }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement;

  toggle(): void {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }

  /** The key that opens it closes it. */
  private onKey = (event: KeyboardEvent) => {
    if (event.key !== "?") return;
    event.preventDefault();
    this.toggle();
  };

  override render() {
    const row = (keys: unknown, says: string) => html`<dt>${keys}</dt><dd>${says}</dd>`;
    const several = (keys: string[]) =>
      keys.length > 2
        ? html`<kbd>${written(keys[0])}</kbd> – <kbd>${written(keys.at(-1)!)}</kbd>`
        : keys.map((key) => html`<kbd>${written(key)}</kbd> `);
    return html`<dialog aria-label="Keyboard" @keydown=${this.onKey}>
      <div class="heading"><h1>Keyboard</h1><button @click=${() => this.dialog.close()}>Close</button></div>
      <div class="columns">
        ${Object.entries(SHORTCUTS).map(([name, shortcuts]) => html`<section><h2>${name}</h2><dl>${shortcuts.map(({ keys, says }) => row(several(keys), says))}</dl></section>`)}
        <section><h2>And</h2><dl>${OTHERS.map(([keys, says]) => row(html`<kbd>${keys}</kbd>`, says))}</dl></section>
      </div></dialog>`;
  }
}
