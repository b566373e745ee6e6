/** One layer over time: film strip, motion, and, if it is the one chosen, its curve. */

import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { styleMap } from "lit/directives/style-map.js";
import type { Clip } from "../api/client";
import { editableKeys, momentOf, remove, setKeys } from "../model/actions";
import { BENDS, type Bend, snapped, tidy, withKey } from "../model/curve";
import { inWords, removed } from "../model/edit";
import { isJoint } from "../model/joints";
import { paintedFrames } from "../model/paint";
import type { Thumbnails } from "../picture/thumbnails";
import { shared } from "../style/shared";
import { type Handle, handlesOf, turnsOf } from "./handles";
import { icon } from "./icons";
import {
  across,
  down,
  drawLane,
  frameAt,
  laneHeight,
  MOTION,
  momentAt,
  STRIP,
} from "./lane_canvas";
import { laneStyle } from "./lane_style";
import { Watching } from "./watching";

/** CSS pixels within which a drag snaps to a turn of the motion. */
const REACH = 7;

export interface Picked {
  layer: number;
  moment: number;
}

@customElement("retime-lane")
export class Lane extends Watching {
  static override styles = [shared, laneStyle];

  @property({ attribute: false }) layer!: Clip["layers"][number];
  @property({ attribute: false }) thumbnails!: Thumbnails;
  @query("canvas") private canvas!: HTMLCanvasElement;
  @query(".body") private body!: HTMLElement;
  private wasChosen = false;
  @state() private hover: { x: number; y: number; frame: number } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    new ResizeObserver(() => this.requestUpdate()).observe(this);
  }

  private get chosen(): boolean {
    return this.session.look.layer === this.layer.number;
  }

  private get curved(): boolean {
    return this.chosen && this.session.look.mode === "retime";
  }

  protected override updated(): void {
    const { session, layer } = this;
    if (this.chosen && !this.wasChosen) this.scrollIntoView({ block: "nearest" });
    this.wasChosen = this.chosen;
    const correct = session.look.mode === "correct";
    const frames = session.clip.frames;
    drawLane(
      this.canvas,
      {
        layer: layer.number,
        colour: layer.colour,
        times: correct ? Array.from({ length: frames }, (_, t) => t) : session.times(layer.number),
        motion: session.tracks?.layer_motion[layer.number - 1] ?? [],
        frames,
        chosen: this.curved,
        marks: correct ? this.marks() : [],
      },
      this.thumbnails,
    );
  }

  override render() {
    const { session, layer, chosen } = this;
    const retiming = session.look.mode === "retime";
    const said = session.said(layer.number);
    const gone = retiming && removed(said);
    const handles = this.curved && !gone ? handlesOf(session, layer.number) : [];
    return html`
      <div class=${classMap({ lane: true, chosen, gone })} style=${styleMap({ "--own": layer.colour, height: `${laneHeight(chosen, retiming)}px` })}>
        <div class="head" @click=${() => session.see({ layer: layer.number })}>
          <button class="plain name" aria-pressed=${chosen} @focus=${() => session.see({ layer: layer.number })}>
            <span class="chip"></span><span class="label">${layer.name}</span>
          </button>
          ${
            retiming
              ? html`<button class="plain icon" title=${gone ? "Bring back" : "Remove"} aria-label="${gone ? "Bring back" : "Remove"} ${layer.name}"
                @click=${() => remove(session, layer.number)}>${icon(gone ? "hidden" : "eye")}</button>`
              : nothing
          }
          <span class="words">${retiming ? inWords(said) : `person ${layer.people.join(", ")}`}</span>
        </div>
        <div class="body" @pointerdown=${this.onDown} @pointermove=${this.onHover} @pointerleave=${() => {
          this.hover = null;
        }} @dblclick=${this.onDouble}>
          <canvas role="img" aria-label=${`${layer.name}: ${inWords(said)}`}></canvas>
          ${handles.map((handle, k) => this.handle(handle, k))}
          ${this.hover ? html`<span class="hover" style="left:${this.hover.x}px; top:${this.hover.y}px">${this.shows(this.hover.frame)}</span>` : nothing}
        </div>
      </div>`;
  }

  private handle(handle: Handle, k: number) {
    const width = this.body?.clientWidth ?? 0;
    const x = across(handle.output, this.session.map.length, width);
    const y = down(handle.source, this.session.clip.frames);
    return html`<button class="handle ${handle.kind} ${handle.bend ?? ""}" style="left:${x}px; top:${y}px"
      data-handle=${k} aria-label=${handle.label} title=${handle.label}
      @pointerdown=${(event: PointerEvent) => this.drag(event, k)}
      @dblclick=${(event: Event) => event.stopPropagation()}
      @keydown=${(event: KeyboardEvent) => this.onKey(event, handle, k)}></button>`;
  }

  private marks() {
    const { draft } = this.session;
    const joints = draft.joints
      .filter(isJoint)
      .filter((one) => this.layer.people.includes(one.person))
      .map(({ frame }) => ({ frame, kind: "joints" as const }));
    const painted = paintedFrames(draft.strokes, this.layer.name);
    return [...joints, ...painted.map((frame) => ({ frame, kind: "trimap" as const }))];
  }

  /** Return the frame and moment under a pointer; whole ones, or turns of the motion near by. */
  private under(event: PointerEvent): { output: number; source: number } {
    const bounds = this.body.getBoundingClientRect();
    const { clip } = this.session;
    const length = this.session.length;
    const output = frameAt(event.clientX - bounds.left, length, bounds.width);
    const source = momentAt(event.clientY - bounds.top, clip.frames);
    if (event.altKey) return { output: tidy(output), source: tidy(source) };
    const perPixel = momentAt(0, clip.frames) - momentAt(1, clip.frames);
    const turns = turnsOf(this.session, this.layer.number);
    return {
      output: Math.round(output),
      source: Math.round(snapped(source, turns, REACH * perPixel)),
    };
  }

  private onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { session, layer } = this;
    const bounds = this.body.getBoundingClientRect();
    const y = event.clientY - bounds.top;
    const { output } = this.under(event);
    if (session.look.tool === "align" && session.look.mode === "retime") {
      const own = momentOf(session, layer.number, output);
      const { length } = session;
      const reach = (REACH * 2 * length) / bounds.width;
      const moment = Math.round(snapped(own, turnsOf(session, layer.number), reach));
      const detail: Picked = { layer: layer.number, moment };
      this.dispatchEvent(new CustomEvent("pick", { detail, bubbles: true, composed: true }));
      return;
    }
    if (this.curved && y > STRIP + MOTION) {
      const moment = session.times(layer.number)?.[
        Math.min(Math.max(Math.round(output), 0), session.length - 1)
      ];
      const near = moment != null && Math.abs(down(moment, session.clip.frames) - y) < 9;
      if (near) this.take(event, output);
      return;
    }
    if (!this.chosen) session.see({ layer: layer.number });
    const scrub = (to: PointerEvent) =>
      session.see({ frame: this.under(to).output, playing: false });
    scrub(event);
    this.follow(event, scrub);
  };

  /** Take hold of the curve itself: of the freeze or point that makes it, else by a new key. */
  private take(event: PointerEvent, output: number): void {
    const { session, layer } = this;
    const handles = handlesOf(session, layer.number);
    if (handles[0] && handles[0].kind !== "key") {
      const apart = handles.map((one) => Math.abs(one.output - output));
      this.drag(event, apart.indexOf(Math.min(...apart)));
      return;
    }
    const gesture = `key ${event.timeStamp}`;
    let index = -1;
    this.follow(event, (to) => {
      if (index < 0) {
        const moment = momentOf(session, layer.number, output);
        const [keys, at] = withKey(editableKeys(session, layer.number), output, moment);
        setKeys(session, layer.number, keys, "add a key", gesture);
        index = at;
      }
      const { output: x, source } = this.under(to);
      handlesOf(session, layer.number)[index]?.move(x, source, gesture);
    });
  }

  private drag(event: PointerEvent, k: number): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    const gesture = `handle ${event.timeStamp}`;
    this.follow(event, (to) => {
      const { output, source } = this.under(to);
      const handle = handlesOf(this.session, this.layer.number)[k];
      handle?.move(output, source, gesture);
      // What is being timed is looked at: the picture shows the frame under the hand.
      if (handle?.kind !== "freeze") this.session.see({ frame: output });
    });
  }

  /** Hand all that the pointer does to `move` until it is let go. */
  private follow(event: PointerEvent, move: (to: PointerEvent) => void): void {
    const target = event.currentTarget as HTMLElement;
    target.setPointerCapture(event.pointerId);
    target.addEventListener("pointermove", move);
    const end = () => {
      target.removeEventListener("pointermove", move);
      this.session.history.settle();
    };
    target.addEventListener("pointerup", end, { once: true });
    target.addEventListener("pointercancel", end, { once: true });
  }

  private onHover = (event: PointerEvent) => {
    const bounds = this.body.getBoundingClientRect();
    const { output } = this.under(event);
    const frame = Math.min(Math.max(Math.round(output), 0), this.session.length - 1);
    const x = Math.min(Math.max(event.clientX - bounds.left, 44), bounds.width - 44);
    this.hover = { x, y: Math.max(2, event.clientY - bounds.top - 26), frame };
  };

  /** Say what the layer shows at a frame. */
  private shows(frame: number): string {
    if (this.session.look.mode === "correct") return `frame ${frame}`;
    const moment = this.session.times(this.layer.number)?.[frame];
    return `${frame} shows ${moment == null ? "nothing" : tidy(moment)}`;
  }

  private onDouble = (event: PointerEvent) => {
    const bounds = this.body.getBoundingClientRect();
    if (!this.curved || event.clientY - bounds.top < STRIP + MOTION) return;
    const { session, layer } = this;
    const { output, source } = this.under(event);
    const [keys] = withKey(editableKeys(session, layer.number), output, source);
    setKeys(session, layer.number, keys, `add a key at frame ${output}`);
  };

  private onKey(event: KeyboardEvent, handle: Handle, k: number): void {
    const far = event.shiftKey ? 10 : 1;
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, far],
      ArrowDown: [0, -far],
    };
    const step = steps[event.key];
    if (step) {
      handle.move(handle.output + step[0], handle.source + step[1], `handle key ${k}`);
    } else if (event.key === "Delete" || event.key === "Backspace") handle.remove();
    else if (event.key === "b" && handle.kind === "key") this.bend(k);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Give a key the next way to lead on. */
  private bend(k: number): void {
    const keys = editableKeys(this.session, this.layer.number);
    const bend: Bend = BENDS[(BENDS.indexOf(keys[k].bend) + 1) % BENDS.length];
    const changed = keys.with(k, { ...keys[k], bend });
    setKeys(this.session, this.layer.number, changed, `${bend} from frame ${keys[k].output}`);
  }
}
