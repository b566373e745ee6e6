/** Joints of a person over the picture: dragged to where they belong, with their path in time. */

import { css, html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Person } from "../api/client";
import {
  CORRECTED,
  correctionOf,
  INTERPOLATED,
  jointPath,
  type Place,
  type Shown,
  withJoint,
} from "../model/joints";
import { shared } from "../style/shared";
import { Watching } from "./watching";

const ORIGINS = ["absent", "observed", "interpolated", "corrected"];
const TRAIL = 8; // frames of a joint's path before and after

@customElement("retime-joints")
export class Joints extends Watching {
  static override styles = [
    shared,
    css`
      :host { position: absolute; inset: 0; pointer-events: none; }
      svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
      line { stroke: #fff; stroke-opacity: 0.55; vector-effect: non-scaling-stroke; stroke-width: 1.5; }
      polyline { fill: none; stroke: var(--accent); stroke-opacity: 0.8; vector-effect: non-scaling-stroke; stroke-width: 1.5; }
      .joint { pointer-events: all; cursor: grab; fill: #fff; stroke: #000; stroke-opacity: 0.6; vector-effect: non-scaling-stroke; }
      .joint.interpolated { fill: #0008; stroke: #fff; stroke-opacity: 1; stroke-dasharray: 2 2; stroke-width: 1.5; }
      .joint.corrected { fill: var(--accent); }
      .joint.chosen { stroke: var(--accent); stroke-opacity: 1; stroke-width: 2.5; stroke-dasharray: none; }
      .joint:focus-visible { outline: none; stroke: var(--accent); stroke-opacity: 1; stroke-width: 4; }
      .trail { fill: var(--accent); fill-opacity: 0.75; }
      .trail.interpolated { fill: none; stroke: var(--accent); vector-effect: non-scaling-stroke; }
    `,
  ];

  /** CSS pixels per footage pixel, so that joints stay as large as they are. */
  @property({ type: Number }) scale = 1;

  protected override onFrame(): void {
    this.requestUpdate();
  }

  override render() {
    const { look, tracks } = this.session;
    const person = this.session.person(look.person);
    if (!tracks || !person || look.tool !== "joints") return nothing;
    // What the tracks were made with already is in them.
    const { joints } = this.session.draft;
    const unknown = joints === this.session.tracksWith ? [] : joints;
    const paths = tracks.joints.map((name, k) => jointPath(person, k, name, unknown));
    const now = paths.map((path) => path[look.frame]);
    const { clip } = this.session;
    return html`<svg viewBox="0 0 ${clip.width} ${clip.height}" role="group" aria-label="Joints of person ${person.id}">
      ${tracks.limbs.map(([a, b]) => {
        const [from, to] = [now[a], now[b]];
        if (!from || !to) return nothing;
        const [x1, y1] = this.inFootage(from.at);
        const [x2, y2] = this.inFootage(to.at);
        return svg`<line x1=${x1} y1=${y1} x2=${x2} y2=${y2} />`;
      })}
      ${look.joint === null ? nothing : this.trail(paths[look.joint])}
      ${now.map((shown, k) => (shown ? this.joint(person, k, shown) : nothing))}
    </svg>`;
  }

  private joint(person: Person, k: number, { at, origin }: Shown) {
    const name = this.session.tracks!.joints[k];
    const [x, y] = this.inFootage(at);
    const chosen = this.session.look.joint === k;
    const says = `${name.replace("_", " ")}, ${ORIGINS[origin]}, at ${at.map(Math.round).join(", ")}`;
    return svg`<circle class="joint ${ORIGINS[origin]} ${chosen ? "chosen" : ""}" data-joint=${name}
      cx=${x} cy=${y} r=${(origin === CORRECTED ? 6 : 5) / this.scale} tabindex="0" role="button"
      aria-label=${says} @pointerdown=${(event: PointerEvent) => this.onDrag(event, person, k)}
      @focus=${() => this.session.see({ joint: k })}
      @keydown=${(event: KeyboardEvent) => this.onKey(event, person, k, at)}><title>${says}</title></circle>`;
  }

  private trail(path: (Shown | null)[]) {
    const { frame } = this.session.look;
    const near = path.slice(Math.max(0, frame - TRAIL), frame + TRAIL + 1);
    const points = near.flatMap((shown) => (shown ? [shown] : []));
    return svg`<polyline points=${points.map(({ at }) => this.inFootage(at).join(",")).join(" ")} />
      ${points.map(({ at, origin }) => {
        const [x, y] = this.inFootage(at);
        const way = origin === INTERPOLATED ? "interpolated" : "";
        return svg`<circle class="trail ${way}" cx=${x} cy=${y} r=${2.2 / this.scale} />`;
      })}`;
  }

  private onDrag(event: PointerEvent, person: Person, k: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const { session } = this;
    session.see({ joint: k, playing: false });
    const circle = event.currentTarget as SVGElement;
    circle.focus();
    circle.setPointerCapture(event.pointerId);
    const gesture = `joint ${event.pointerId} ${event.timeStamp}`;
    const move = (to: PointerEvent) => this.place(person, k, this.fromPointer(to), gesture);
    circle.addEventListener("pointermove", move);
    const end = () => {
      circle.removeEventListener("pointermove", move);
      session.history.settle();
    };
    circle.addEventListener("pointerup", end, { once: true });
  }

  private onKey(event: KeyboardEvent, person: Person, k: number, [x, y]: Place): void {
    const far = event.shiftKey ? 5 : 0.5;
    const steps: Record<string, Place> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    const step = steps[event.key];
    const { session } = this;
    const name = session.tracks!.joints[k];
    const said = correctionOf(session.draft.joints, person.id, session.look.frame, name);
    if (step && event.altKey) this.place(person, k, [x + step[0], y + step[1]], `joint key ${k}`);
    else if (event.key === "Delete" || event.key === "Backspace") {
      // A correction is taken back first; what was not corrected is said not to be there.
      this.set(person, k, said === undefined ? null : undefined);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private place(person: Person, k: number, [x, y]: Place, gesture: string): void {
    const round = (value: number) => Math.round(value * 10) / 10;
    this.set(person, k, [round(x), round(y)], gesture);
  }

  private set(person: Person, k: number, place: Place | null | undefined, gesture?: string): void {
    const { session } = this;
    const name = session.tracks!.joints[k];
    session.change(
      { joints: withJoint(session.draft.joints, person.id, session.look.frame, name, place) },
      `${name.replace("_", " ")} at frame ${session.look.frame}`,
      gesture ?? null,
    );
  }

  /** Places are kept in pixels of the source; pixel centres stay in step. */
  private inFootage([x, y]: Place): Place {
    const { clip } = this.session;
    return [
      ((x + 0.5) * clip.width) / clip.source_width,
      ((y + 0.5) * clip.height) / clip.source_height,
    ];
  }

  private fromPointer(event: PointerEvent): Place {
    const bounds = this.getBoundingClientRect();
    const { clip } = this.session;
    return [
      ((event.clientX - bounds.left) / bounds.width) * clip.source_width - 0.5,
      ((event.clientY - bounds.top) / bounds.height) * clip.source_height - 0.5,
    ];
  }
}
