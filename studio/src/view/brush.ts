/** The trimap of a layer over the picture, painted with a brush. */

import { css, html, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Stroke } from "../model/paint";
import { type Trimap, trimapOf } from "../model/trimaps";
import { shared } from "../style/shared";
import { Watching } from "./watching";

/** By what a pixel is tinted: not the layer's, find out, the layer's. */
const TINTS: Record<number, [number, number, number, number]> = {
  0: [10, 12, 20, 165],
  128: [232, 176, 75, 95],
  255: [0, 0, 0, 0],
};

@customElement("retime-brush")
export class Brush extends Watching {
  static override styles = [
    shared,
    css`
      :host { position: absolute; inset: 0; cursor: none; }
      :host(:not([active])) { pointer-events: none; }
      canvas, .tip { position: absolute; inset: 0; width: 100%; height: 100%; }
      .tip { overflow: visible; pointer-events: none; }
      circle { fill: none; stroke: #fff; vector-effect: non-scaling-stroke; stroke-width: 1.5; filter: drop-shadow(0 0 1px #000); }
    `,
  ];

  @property({ type: Number }) scale = 1;
  @property({ type: Boolean, reflect: true }) active = false;
  @query("canvas") private canvas!: HTMLCanvasElement;
  @state() private tip: [number, number] | null = null;
  private drawing = false;
  private wanted = "";

  constructor() {
    super();
    this.addEventListener("pointerdown", (event) => this.onStroke(event));
    this.addEventListener("pointermove", (event) => {
      this.tip = this.fromPointer(event);
    });
    this.addEventListener("pointerleave", () => {
      this.tip = null;
    });
  }

  protected override onFrame(): void {
    void this.redraw();
  }

  protected override willUpdate(): void {
    this.active = this.session.look.tool === "paint" && this.session.look.layer !== null;
  }

  protected override updated(): void {
    void this.redraw();
  }

  override render() {
    if (!this.active) return nothing;
    const { clip, look } = this.session;
    return html`<canvas aria-hidden="true"></canvas>
      <svg class="tip" viewBox="0 0 ${clip.width} ${clip.height}">
        ${this.tip ? svg`<circle cx=${this.tip[0] + 0.5} cy=${this.tip[1] + 0.5} r=${look.brush.radius} />` : nothing}
      </svg>`;
  }

  /** Show the trimap of the frame looked at; of several wishes only the last is drawn. */
  private async redraw(): Promise<void> {
    const layer = this.session.layer(this.session.look.layer);
    if (!this.active || !layer) return;
    const { frame } = this.session.look;
    const wanted = `${layer.name}/${frame}/${this.session.draft.strokes.length}/${performance.now()}`;
    this.wanted = wanted;
    if (this.drawing) return;
    this.drawing = true;
    try {
      const trimap = await trimapOf(this.session, layer.name, frame);
      if (this.canvas) this.tint(trimap);
    } catch (error) {
      this.session.say("error", (error as Error).message);
      return;
    } finally {
      this.drawing = false;
    }
    if (this.wanted !== wanted) await this.redraw();
  }

  private tint({ width, height, values }: Trimap): void {
    this.canvas.width = width;
    this.canvas.height = height;
    const picture = new ImageData(width, height);
    for (let k = 0; k < values.length; k++) picture.data.set(TINTS[values[k]] ?? TINTS[128], 4 * k);
    this.canvas.getContext("2d")!.putImageData(picture, 0, 0);
  }

  private onStroke(event: PointerEvent): void {
    if (event.button !== 0 || !this.active) return;
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    const { session } = this;
    const { look } = session;
    session.see({ playing: false });
    const range = look.range ?? { from: look.frame, to: look.frame + 1 };
    const stroke: Stroke = {
      layer: session.layer(look.layer)!.name,
      first: range.from,
      last: range.to - 1,
      ...look.brush,
      points: [],
    };
    const others = session.draft.strokes;
    const gesture = `stroke ${event.timeStamp}`;
    const add = (at: PointerEvent) => {
      const [x, y] = this.fromPointer(at);
      stroke.points = [...stroke.points, [Math.round(x * 10) / 10, Math.round(y * 10) / 10]];
      const label = `paint ${stroke.layer}, frames ${stroke.first} to ${stroke.last}`;
      session.change({ strokes: [...others, { ...stroke }] }, label, gesture);
    };
    add(event);
    this.addEventListener("pointermove", add);
    const end = () => {
      this.removeEventListener("pointermove", add);
      session.history.settle();
    };
    this.addEventListener("pointerup", end, { once: true });
  }

  private fromPointer(event: PointerEvent): [number, number] {
    const bounds = this.getBoundingClientRect();
    const { clip } = this.session;
    return [
      ((event.clientX - bounds.left) / bounds.width) * clip.width - 0.5,
      ((event.clientY - bounds.top) / bounds.height) * clip.height - 0.5,
    ];
  }
}
