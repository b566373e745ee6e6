/** The ruler, a lane for each layer, and what binds lanes together. */

import { css, html, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { fallsAt } from "../model/curve";
import { alignPoints, frames, retimed, withPoint } from "../model/edit";
import { rangeInWords } from "../model/session";
import type { Thumbnails } from "../picture/thumbnails";
import { shared } from "../style/shared";
import { icon } from "./icons";
import type { Lane, Picked } from "./lane";
import "./lane";
import { across, frameAt, STRIP } from "./lane_canvas";
import { Watching } from "./watching";

interface Link {
  x: number;
  from: number;
  to: number;
}

@customElement("retime-timeline")
export class Timeline extends Watching {
  static override styles = [
    shared,
    css`
      :host { --heads: 178px; display: flex; flex-direction: column; background: var(--panel); position: relative; overflow: hidden; }
      .ruler { display: flex; height: 26px; flex: none; border-bottom: 1px solid #000; background: var(--panel); }
      .corner { width: var(--heads); flex: none; padding: 0 4px 0 12px; display: flex; align-items: center; justify-content: space-between; color: var(--quiet); font-size: 12px; }
      .corner button { height: 20px; width: 20px; }
      .scale { position: relative; flex: 1; touch-action: none; cursor: ew-resize; }
      .tick { position: absolute; bottom: 0; height: 6px; width: 1px; background: #43484f; pointer-events: none; }
      .tick span { position: absolute; bottom: 5px; left: 0; transform: translateX(-50%); color: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; }
      .range { position: absolute; top: 0; bottom: 0; background: #e8b04b30; box-shadow: inset 1px 0 var(--accent), inset -1px 0 var(--accent); pointer-events: none; }
      .lanes { flex: 1; overflow-y: auto; position: relative; scrollbar-gutter: stable; scrollbar-color: #33373d transparent; scrollbar-width: thin; }
      .ruler { scrollbar-gutter: stable; overflow: hidden; scrollbar-width: thin; }
      .over { position: absolute; top: 0; bottom: 0; left: var(--heads); right: 0; pointer-events: none; }
      .head { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--accent); pointer-events: none; z-index: 2; }
      .ruler .head { top: auto; height: 6px; }
      .ruler .head::before { content: ""; position: absolute; bottom: 0; left: -5px; border: 5.5px solid transparent; border-top: 7px solid var(--accent); border-bottom: 0; }
      .links { position: absolute; inset: 0; width: 100%; height: 100%; }
      .links line { stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 2 3; }
      .links circle { fill: var(--accent); stroke: #000; }
      .links .pending { fill: none; stroke: var(--accent); stroke-width: 2; }
      .empty { padding: 28px; color: var(--quiet); text-align: center; }
      .hint { position: absolute; right: 12px; bottom: 10px; z-index: 4; background: var(--accent); color: #1a1405; border-radius: 5px; padding: 4px 10px; font-weight: 600; box-shadow: 0 2px 12px #000a; }
    `,
  ];

  @property({ attribute: false }) thumbnails!: Thumbnails;
  @query(".scale") private scale!: HTMLElement;
  @state() private links: Link[] = [];
  @state() private picked: Picked | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Timeline");
    this.thumbnails.onMore = () => {
      for (const lane of this.renderRoot.querySelectorAll<Lane>("retime-lane"))
        lane.requestUpdate();
    };
    new ResizeObserver(() => this.requestUpdate()).observe(this);
  }

  protected override onFrame(): void {
    const x = `${across(this.session.look.frame, this.session.length, this.scale?.clientWidth ?? 0)}px`;
    for (const head of this.renderRoot.querySelectorAll<HTMLElement>(".head")) head.style.left = x;
  }

  protected override updated(): void {
    this.onFrame();
    const links = this.findLinks();
    if (JSON.stringify(links) !== JSON.stringify(this.links)) this.links = links;
    if (this.session.look.tool !== "align" && this.picked) this.picked = null;
  }

  override render() {
    const { session } = this;
    const { look, length, clip } = session;
    const width = this.scale?.clientWidth ?? 0;
    const range = look.range;
    const span = range && {
      left: (range.from / length) * width,
      width: ((range.to - range.from) / length) * width,
    };
    return html`
      <div class="ruler">
        <div class="corner figures">
          ${
            range
              ? html`<span>Range ${rangeInWords(range)}</span>
                <button class="plain icon" title="Forget the range (X)" aria-label="Forget the range" @click=${() => session.see({ range: null })}>${icon("close")}</button>`
              : html`<span>Frames</span>`
          }
        </div>
        <div class="scale" role="slider" tabindex="0" aria-label="Frame" aria-valuemin="0" aria-valuemax=${length - 1}
          aria-valuenow=${look.frame} title="Drag to scrub; with Shift, to choose a range" @pointerdown=${this.onScrub}>
          ${this.ticks(width)}
          ${span ? html`<div class="range" style="left:${span.left}px; width:${span.width}px"></div>` : nothing}
          <div class="head"></div>
        </div>
      </div>
      <div class="lanes" @pick=${this.onPick}>
        ${repeat(
          clip.layers,
          (layer) => layer.number,
          (layer) =>
            html`<retime-lane .session=${session} .layer=${layer} .thumbnails=${this.thumbnails}></retime-lane>`,
        )}
        ${clip.layers.length ? nothing : html`<div class="empty">Nobody was found in this clip, so there is nobody to retime.</div>`}
        <div class="over">
          ${span ? html`<div class="range" style="left:${span.left}px; width:${span.width}px; background:#e8b04b14"></div>` : nothing}
          <svg class="links">${this.links.map(
            ({ x, from, to }) =>
              svg`<line x1=${x} x2=${x} y1=${from} y2=${to} /><circle cx=${x} cy=${from} r="4" /><circle cx=${x} cy=${to} r="4" />`,
          )}${this.pending()}</svg>
          <div class="head"></div>
        </div>
      </div>
      ${look.tool === "align" ? html`<div class="hint" role="status">${this.hint()}</div>` : nothing}
    `;
  }

  private ticks(width: number) {
    const { length } = this.session;
    if (!width) return nothing;
    const steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000];
    const step = steps.find((one) => (one / length) * width >= 52) ?? 2000;
    const marks = [];
    for (let t = 0; t < length; t += step) {
      marks.push(
        html`<div class="tick" style="left:${across(t, length, width)}px"><span>${t}</span></div>`,
      );
    }
    return marks;
  }

  /** Return where the alignment points of the layer chosen lie, from its lane to the other's. */
  private findLinks(): Link[] {
    const { session } = this;
    if (session.look.mode !== "retime" || !this.scale) return [];
    const tops = this.laneTops();
    const width = this.scale.clientWidth;
    return session.clip.layers.flatMap((layer) => {
      const { align } = session.said(layer.number);
      if (!align?.points || session.look.layer !== layer.number) return [];
      const other = session.clip.layers.find(
        ({ name, people }) => name === align.to || people.includes(Number(align.to)),
      );
      const times = other && session.times(other.number);
      if (!other || !times) return [];
      return alignPoints(align, session.clip.fps).map(([, theirs]) => {
        return {
          x: across(fallsAt(times, theirs), times.length, width),
          from: tops.get(layer.number) ?? 0,
          to: tops.get(other.number) ?? 0,
        };
      });
    });
  }

  private pending() {
    const { session, picked } = this;
    const times = picked && session.times(picked.layer);
    if (!picked || !times) return nothing;
    const x = across(fallsAt(times, picked.moment), times.length, this.scale.clientWidth);
    return svg`<circle class="pending" cx=${x} cy=${this.laneTops().get(picked.layer) ?? 0} r="6" />`;
  }

  /** Return how far down each lane its points are marked. */
  private laneTops(): Map<number, number> {
    const lanes = [...this.renderRoot.querySelectorAll<Lane>("retime-lane")];
    return new Map(lanes.map((lane) => [lane.layer.number, lane.offsetTop + STRIP - 7]));
  }

  private hint(): string {
    const name = (number: number | null) => this.session.layer(number)?.name ?? "a layer";
    if (!this.picked) return "Align: click a moment of the layer that shall move (Esc ends)";
    return `${name(this.picked.layer)}'s frame ${this.picked.moment}: now click the moment of another layer that it shall meet`;
  }

  private onPick = ({ detail }: CustomEvent<Picked>) => {
    const { session, picked } = this;
    if (!picked || picked.layer === detail.layer) {
      this.picked = detail;
      session.see({ layer: detail.layer });
      return;
    }
    const other = session.layer(detail.layer)!;
    const said = session.said(picked.layer);
    const { fps } = session.clip;
    const before = said.align?.to === other.name ? alignPoints(said.align, fps) : [];
    const points = withPoint(before, [picked.moment, detail.moment]);
    const align = { to: other.name, points };
    this.picked = null;
    session.changeLayer(
      picked.layer,
      retimed(said, { align }),
      `align frame ${picked.moment} to ${other.name}'s ${frames(detail.moment, fps)}`,
    );
  };

  private onScrub = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { session } = this;
    const bounds = this.scale.getBoundingClientRect();
    const at = (to: PointerEvent) =>
      Math.min(
        Math.max(Math.round(frameAt(to.clientX - bounds.left, session.length, bounds.width)), 0),
        session.length - 1,
      );
    const first = at(event);
    this.scale.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      const frame = at(to);
      const range = { from: Math.min(first, frame), to: Math.max(first, frame) + 1 };
      session.see(event.shiftKey ? { range, playing: false } : { frame, playing: false });
    };
    move(event);
    this.scale.addEventListener("pointermove", move);
    const end = () => this.scale.removeEventListener("pointermove", move);
    this.scale.addEventListener("pointerup", end, { once: true });
  };
}
