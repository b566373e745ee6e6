/** The picture, where it is zoomed and panned, and what lies over it while correcting. */

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import type { Screen } from "../picture/screen";
import { shared } from "../style/shared";
import "./brush";
import "./joints";
import { Watching } from "./watching";

const MARGIN = 20;

@customElement("retime-stage")
export class Stage extends Watching {
  static override styles = [
    shared,
    css`
      :host { position: relative; overflow: hidden; background: #0a0b0c; outline-offset: -2px; }
      .easel { position: absolute; left: 0; top: 0; transform-origin: 0 0; }
      .sheet { position: absolute; top: 0; left: 0; line-height: 0; background: #000; box-shadow: 0 0 0 1px #000, 0 4px 30px #000a; }
      canvas { display: block; }
      .name { position: absolute; top: 10px; padding: 2px 8px; border-radius: 4px; background: #000a; color: #fffd; font-size: 12px; }
      .wiper { position: absolute; top: 0; bottom: 0; width: 23px; margin-left: -11px; padding: 0; background: none; border: 0; border-radius: 0; height: auto; cursor: ew-resize; display: flex; justify-content: center; }
      .wiper:hover { background: none; }
      .wiper::before { content: ""; width: 2px; background: #fffc; height: 100%; box-shadow: 0 0 4px #000; }
      .message { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; gap: 8px; color: var(--quiet); pointer-events: none; padding: 40px; }
      .message strong { color: var(--strong); font-weight: 600; font-size: 15px; }
    `,
  ];

  @property({ attribute: false }) screen!: Screen;
  @state() private zoom = 0; // CSS pixels per footage pixel; 0: as large as fits
  @state() private pan = { x: 0, y: 0 };
  @state() private painted = false;
  @state() private mixed = false;
  @state() private problem = "";
  @query(".sheet.result") private sheet!: HTMLElement;
  @query(".sheet.source") private sourceSheet!: HTMLElement;
  private room = { width: 800, height: 450 };

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = 0;
    this.setAttribute("role", "main");
    this.setAttribute("aria-label", "Picture");
    this.screen.onPainted = () => {
      this.painted = true;
      this.mixed = this.screen.mixed;
    };
    this.screen.onError = (message) => {
      this.problem = message;
    };
    new ResizeObserver(([entry]) => {
      this.room = entry.contentRect;
      this.requestUpdate();
    }).observe(this);
    this.addEventListener("wheel", this.onWheel, { passive: false });
    this.addEventListener("pointerdown", this.onPan);
    this.addEventListener("dblclick", (event) => {
      if (event.target === this || event.composedPath()[0] === this) this.fit();
    });
  }

  /** Show the whole picture. */
  fit(): void {
    this.zoom = 0;
    this.pan = { x: 0, y: 0 };
  }

  /** Zoom about the middle of the room. */
  zoomBy(factor: number): void {
    this.zoomAt(factor, this.room.width / 2, this.room.height / 2);
  }

  protected override onFrame(): void {
    this.screen.refresh();
  }

  protected override firstUpdated(): void {
    this.sheet.prepend(this.screen.canvas);
    this.sourceSheet.prepend(this.screen.other);
    this.screen.canvas.setAttribute("role", "img");
    this.screen.canvas.setAttribute("aria-label", "The picture at the frame looked at");
    this.screen.refresh();
  }

  protected override updated(_: PropertyValues): void {
    this.screen.canvas.style.imageRendering = this.scale >= 3 ? "pixelated" : "auto";
  }

  private get size() {
    const { width, height } = this.session.clip;
    const gap = 12 / this.fitting(width, height);
    return this.session.look.view === "beside"
      ? { width: 2 * width + gap, height, gap }
      : { width, height, gap: 0 };
  }

  private fitting(width: number, height: number): number {
    const room = this.room;
    return Math.max(
      0.05,
      Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height),
    );
  }

  private get scale(): number {
    return this.zoom || this.fitting(this.size.width, this.size.height);
  }

  private place() {
    const { width, height } = this.size;
    return {
      x: (this.room.width - width * this.scale) / 2 + this.pan.x,
      y: (this.room.height - height * this.scale) / 2 + this.pan.y,
    };
  }

  override render() {
    const { look, clip } = this.session;
    const { x, y } = this.place();
    const { scale } = this;
    const beside = look.view === "beside";
    const wipe = look.view === "wipe";
    const { gap } = this.size;
    return html`
      <div class="easel" style=${styleMap({ transform: `translate(${x}px, ${y}px) scale(${scale})` })}>
        <div class="sheet result" style=${styleMap({ left: beside ? `${clip.width + gap}px` : "0" })}>
          ${
            look.mode === "correct"
              ? html`
                <retime-brush .session=${this.session} .scale=${scale}></retime-brush>
                <retime-joints .session=${this.session} .scale=${scale}></retime-joints>`
              : nothing
          }
        </div>
        <div class="sheet source" ?hidden=${!beside && !wipe}
          style=${styleMap({ "clip-path": wipe ? `inset(0 ${100 - 100 * look.wipe}% 0 0)` : "none", "box-shadow": wipe ? "none" : "" })}></div>
      </div>
      ${
        wipe
          ? html`<button class="wiper" role="slider" aria-label="Wipe: source on the left, result on the right"
            aria-valuenow=${Math.round(100 * look.wipe)} aria-valuemin="0" aria-valuemax="100"
            style=${styleMap({ left: `${x + look.wipe * clip.width * scale}px`, top: `${Math.max(0, y)}px`, height: `${clip.height * scale}px`, bottom: "auto" })}
            @pointerdown=${this.onWipe} @keydown=${this.onWipeKey}></button>`
          : nothing
      }
      ${beside || wipe ? html`<span class="name" style="left:${Math.max(x, 0) + 10}px; margin-top:${Math.max(y, 0)}px">Source</span>` : nothing}
      ${beside || wipe ? html`<span class="name" style="right:${Math.max(this.room.width - x - this.size.width * scale, 0) + 10}px; margin-top:${Math.max(y, 0)}px">Result</span>` : nothing}
      ${this.mixed ? html`<span class="name" role="status" style="bottom: 10px; top: auto; left: 10px" title="The render moves pictures along the optical flow">${this.session.look.playing ? "Flow is shown as a mix while it plays" : "Flow is shown as a mix"}</span>` : nothing}
      ${
        this.problem
          ? html`<div class="message" role="alert" style="background:#0a0b0cd0"><strong>The picture cannot be shown</strong><span>${this.problem}</span></div>`
          : this.painted
            ? nothing
            : html`<div class="message" role="status">Reading the first frames…</div>`
      }
    `;
  }

  private zoomAt(factor: number, x: number, y: number): void {
    const before = this.scale;
    const after = Math.min(24, Math.max(0.1, before * factor));
    const place = this.place();
    const { width, height } = this.size;
    const [px, py] = [(x - place.x) / before, (y - place.y) / before];
    this.zoom = after;
    this.pan = {
      x: x - px * after - (this.room.width - width * after) / 2,
      y: y - py * after - (this.room.height - height * after) / 2,
    };
  }

  private onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const bounds = this.getBoundingClientRect();
    const step = event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015);
    this.zoomAt(Math.exp(-step), event.clientX - bounds.left, event.clientY - bounds.top);
  };

  private onPan = (event: PointerEvent) => {
    if (event.defaultPrevented || event.button > 1) return;
    const { pan } = this;
    const start = { x: event.clientX, y: event.clientY };
    this.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => {
      this.zoom = this.scale;
      this.pan = { x: pan.x + to.clientX - start.x, y: pan.y + to.clientY - start.y };
    };
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", () => this.removeEventListener("pointermove", move), {
      once: true,
    });
  };

  private onWipe = (event: PointerEvent) => {
    event.preventDefault();
    const handle = event.currentTarget as HTMLElement;
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const bounds = this.screen.canvas.getBoundingClientRect();
    const move = (to: PointerEvent) => {
      const wipe = (to.clientX - bounds.left) / bounds.width;
      this.session.see({ wipe: Math.min(1, Math.max(0, wipe)) });
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), {
      once: true,
    });
  };

  private onWipeKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const wipe = Math.min(1, Math.max(0, this.session.look.wipe + step));
    this.session.see({ wipe });
  };
}
