/** What the edit says of the layer chosen, in words and numbers. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Refused } from "../api/client";
import {
  addKey,
  duplicate,
  freeze,
  hold,
  momentOf,
  playAsFilmed,
  remove,
  reverse,
} from "../model/actions";
import {
  type Copy,
  frames,
  holdInWords,
  inWords,
  type LayerEdit,
  listed,
  removed,
  retimed,
} from "../model/edit";
import { rangeInWords } from "../model/session";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { numberField } from "./number_field";
import { panelStyle } from "./panel_style";
import { Watching } from "./watching";
import "./whole_panel";

@customElement("retime-inspector")
export class Inspector extends Watching {
  static override styles = [shared, panelStyle];

  @state() private aligning = false;
  @state() private agreement: { layer: number; before: number; after: number } | null = null;

  protected override onFrame(): void {
    // Nobody reads a number that changes with every frame.
    if (!this.session.look.playing) this.requestUpdate();
  }

  override render() {
    const { session } = this;
    const layer = session.layer(session.look.layer);
    return html`
      ${session.wrong ? html`<div class="alert" role="alert">${session.wrong.message}</div>` : nothing}
      ${layer ? this.layerPanel(layer.number, layer.name, layer.colour) : html`<section class="quiet">Choose a layer below to retime it. Keys <kbd>↑</kbd> <kbd>↓</kbd> go from one to the next.</section>`}
      <retime-whole .session=${session}></retime-whole>
    `;
  }

  private layerPanel(number: number, name: string, colour: string) {
    const { session } = this;
    const said = session.said(number);
    const { fps } = session.clip;
    const gone = removed(said);
    const range = session.look.range;
    const inRange = range ? rangeInWords(range) : "";
    return html`
      <section>
        <div class="title"><span class="chip" style="background:${colour}"></span><b>${name}</b><span class="quiet">${inWords(said)}</span></div>
        <div class=${inRange ? "buttons two" : "buttons"}>
          <button title="Stand still as at this frame (F)" ?disabled=${gone} @click=${() => freeze(session, number)}>Freeze at ${Math.round(momentOf(session, number))}</button>
          <button title="Stand still ${inRange ? `over ${inRange}` : "for a second from here"}, then go on (H)" ?disabled=${gone} @click=${() => hold(session, number)}>Hold ${inRange || "1 s"}</button>
          <button title="Pin down this frame by a key (K)" ?disabled=${gone} @click=${() => addKey(session, number)}>Add key</button>
          <button title="Play backwards (R)" ?disabled=${gone} aria-pressed=${said.reverse === true} @click=${() => reverse(session, number)}>Reverse</button>
          <button title="One more of it (D)" ?disabled=${gone} @click=${() => duplicate(session, number)}>Duplicate</button>
          <button title="Take it out, with shadow and reflection${inRange ? `, over ${inRange}` : ""} (Delete)" @click=${() => remove(session, number)}>${said.remove ? "Bring back" : inRange ? `Remove ${inRange}` : "Remove"}</button>
        </div>
        <button class="plain reset" ?disabled=${inWords(said) === "as filmed"} title="Forget all that was said of when it plays (Backspace)" @click=${() => playAsFilmed(session, number)}>Play as filmed</button>
      </section>
      ${gone ? nothing : html`${this.timePanel(number, said, fps)}${this.alignPanel(number, said)}${this.lookPanel(number, said, fps)}${this.copies(number, said, fps)}`}`;
  }

  private timePanel(number: number, said: LayerEdit, fps: number) {
    const { session } = this;
    const fixed = said.freeze !== undefined || said.remap !== undefined || said.align !== undefined;
    const speed = typeof said.speed === "number" ? said.speed : said.speed ? null : 1;
    return html`<section aria-label="Time">
      <h2>Time</h2>
      <div class="fields">
        ${
          said.freeze === undefined
            ? nothing
            : this.number(
                "Frozen at",
                frames(said.freeze, fps),
                0,
                session.clip.frames - 1,
                1,
                (freeze) =>
                  session.changeLayer(number, retimed(said, { freeze }), undefined, "freeze field"),
              )
        }
        ${
          fixed
            ? nothing
            : speed === null
              ? html`<span class="field"><span>Speed</span><span class="quiet">ramp, as written in the file</span></span>`
              : this.number("Speed", speed, 0.05, 10, 0.05, (value) =>
                  session.changeLayer(
                    number,
                    retimed(said, { speed: value === 1 ? undefined : value }),
                    undefined,
                    "speed field",
                  ),
                )
        }
        ${
          said.freeze === undefined
            ? this.number("Offset", frames(said.delay ?? 0, fps), -9999, 9999, 1, (value) =>
                session.changeLayer(
                  number,
                  { ...said, delay: value || undefined },
                  undefined,
                  "offset field",
                ),
              )
            : nothing
        }
        ${listed(said.hold).map((one, k) => {
          const words = holdInWords(one, fps);
          const others = listed(said.hold).filter((_, other) => other !== k);
          return html`<span class="field"><span>Hold</span><span class="entry figures">${words}
            <button class="plain icon" aria-label="Remove the hold ${words}" @click=${() => session.changeLayer(number, { ...said, hold: others.length > 1 ? others : others[0] })}>${icon("close")}</button></span></span>`;
        })}
      </div>
      ${said.remap && !said.delay && !said.hold ? html`<p class="quiet small">Drag keys in the lane. <kbd>B</kbd> on a key: linear, hold, smooth. <kbd>Delete</kbd> removes it.</p>` : nothing}
    </section>`;
  }

  private alignPanel(number: number, said: LayerEdit) {
    const { session } = this;
    const others = session.clip.layers.filter((one) => one.number !== number);
    if (!others.length) return nothing;
    const to = String(said.align?.to ?? others[0].name);
    const agreed = this.agreement?.layer === number && said.align ? this.agreement : null;
    return html`<section aria-label="Align">
      <h2>Align</h2>
      <div class="buttons two">
        <button aria-pressed=${session.look.tool === "align"} title="Click a moment of this layer, then the moment of another that it shall meet (A)"
          @click=${() => session.see({ tool: session.look.tool === "align" ? "point" : "align" })}>By points</button>
        <button ?disabled=${this.aligning} title="Find the warp by which the motions agree best" @click=${() => this.alignByMotion(number)}>${this.aligning ? "Aligning…" : "By motion"}</button>
      </div>
      <label class="field"><span>To</span>
        <select id="align-to" @change=${(event: Event) => this.alignTo(number, said, (event.target as HTMLSelectElement).value)}>
          ${others.map((one) => html`<option value=${one.name} ?selected=${one.name === to}>${one.name}</option>`)}
        </select></label>
      ${agreed ? html`<p class="small figures" role="status">Correlation of the motions ${agreed.before.toFixed(2)} → <b class="good">${agreed.after.toFixed(2)}</b></p>` : nothing}
      ${said.align?.points ? html`<p class="quiet small">${said.align.points.length} points; drag the diamonds in the lane.</p>` : nothing}
    </section>`;
  }

  private lookPanel(number: number, said: LayerEdit, fps: number) {
    const { session } = this;
    const change = (more: Partial<LayerEdit>, gesture: string) =>
      session.changeLayer(number, { ...said, ...more }, undefined, gesture);
    const opacity = typeof said.opacity === "number" ? said.opacity : said.opacity ? null : 1;
    const [x, y] = said.move ?? [0, 0];
    const depth = typeof said.depth === "string" ? said.depth : said.depth ? "keys" : "source";
    const fade = (end: "in" | "out", value: number) => {
      const fades = { ...said.fade, [end]: value || undefined };
      change({ fade: fades.in || fades.out ? fades : undefined }, `fade ${end}`);
    };
    const moved = (place: [number, number]) =>
      change({ move: place[0] || place[1] ? place : undefined }, "move field");
    return html`<section aria-label="Look">
      <h2>Look</h2>
      <div class="fields">
        ${
          opacity === null
            ? html`<span class="field"><span>Opacity</span><span class="quiet">keys, as written</span></span>`
            : html`<label class="field"><span>Opacity</span><input type="range" min="0" max="1" step="0.05" .value=${String(opacity)}
              @input=${(event: Event) => {
                const value = Number((event.target as HTMLInputElement).value);
                change({ opacity: value === 1 ? undefined : value }, "opacity field");
              }} /></label>`
        }
        ${this.number("Fade in", frames(said.fade?.in ?? 0, fps), 0, session.length, 1, (value) => fade("in", value))}
        ${this.number("Fade out", frames(said.fade?.out ?? 0, fps), 0, session.length, 1, (value) => fade("out", value))}
        ${this.number("Move right", x, -9999, 9999, 1, (value) => moved([value, y]))}
        ${this.number("Move down", y, -9999, 9999, 1, (value) => moved([x, value]))}
        <label class="field"><span>Depth</span>
          <select @change=${(event: Event) => {
            const value = (event.target as HTMLSelectElement).value;
            change({ depth: value === "source" ? undefined : value }, "depth field");
          }}>
            ${["source", "front", "back", ...(depth === "keys" ? ["keys"] : [])].map((one) => html`<option value=${one} ?selected=${one === depth}>${{ source: "as filmed", front: "in front", back: "behind all", keys: "keys" }[one]}</option>`)}
          </select></label>
        <label class="field"><span>Between frames</span>
          <select @change=${(event: Event) => change({ between: (event.target as HTMLSelectElement).value || undefined }, "between field")}>
            ${[
              ["", "as the edit"],
              ["nearest", "nearest"],
              ["blend", "blend"],
              ["flow", "flow"],
            ].map(
              ([value, words]) =>
                html`<option value=${value} ?selected=${(said.between ?? "") === value}>${words}</option>`,
            )}
          </select></label>
      </div>
      ${this.flows(number) ? html`<p class="quiet small">Flow is shown as a mix while it plays, and as rendered at rest.</p>` : nothing}
    </section>`;
  }

  private copies(number: number, said: LayerEdit, fps: number) {
    if (!said.duplicate?.length) return nothing;
    const { session } = this;
    const set = (copies: Copy[], gesture: string | null = null) =>
      session.changeLayer(number, { ...said, duplicate: copies }, undefined, gesture ?? undefined);
    return html`<section aria-label="Copies">
      <h2>Copies</h2>
      ${said.duplicate.map((copy, k) => {
        const change = (more: Copy, gesture: string) =>
          set(said.duplicate!.with(k, { ...copy, ...more }), `${gesture} ${k}`);
        const [x, y] = copy.move ?? [0, 0];
        return html`<div class="copy">
          <span class="field"><b>Copy ${k + 1}</b><button class="plain icon" aria-label="Remove copy ${k + 1}" @click=${() => set(said.duplicate!.filter((_, one) => one !== k))}>${icon("close")}</button></span>
          <div class="fields">
            ${
              copy.freeze === undefined
                ? this.number("Later by", frames(copy.delay ?? 0, fps), -9999, 9999, 1, (delay) =>
                    change({ delay }, "delay"),
                  )
                : this.number(
                    "Frozen at",
                    frames(copy.freeze, fps),
                    0,
                    session.clip.frames - 1,
                    1,
                    (value) => change({ freeze: value }, "freeze"),
                  )
            }
            ${typeof (copy.opacity ?? 1) === "number" ? this.number("Opacity", (copy.opacity as number) ?? 1, 0, 1, 0.05, (opacity) => change({ opacity }, "opacity")) : nothing}
            ${this.number("Move right", x, -9999, 9999, 1, (value) => change({ move: [value, y] }, "move"))}
            <label class="field"><span>Depth</span><select @change=${(event: Event) => change({ depth: (event.target as HTMLSelectElement).value }, "depth")}>
              ${["behind", "front"].map((one) => html`<option value=${one} ?selected=${(copy.depth ?? "behind") === one}>${one === "front" ? "before it" : "behind it"}</option>`)}
            </select></label>
          </div></div>`;
      })}
    </section>`;
  }

  private number(
    label: string,
    value: number,
    min: number,
    max: number,
    step: number,
    set: (value: number) => void,
  ) {
    return numberField(this.session, label, value, [min, max, step], set);
  }

  private flows(number: number): boolean {
    return this.session.map.instances.some(
      (instance) => instance.layer === number && instance.between === "flow",
    );
  }

  private alignTo(number: number, said: LayerEdit, to: string): void {
    if (!said.align) return; // it says to whom the next alignment goes
    this.session.changeLayer(number, retimed(said, { align: { ...said.align, to } }));
  }

  private async alignByMotion(number: number): Promise<void> {
    const { session } = this;
    const to = this.renderRoot.querySelector<HTMLSelectElement>("#align-to")!.value;
    this.aligning = true;
    try {
      const edit = session.currentEdit;
      const found = await session.client.align({ edit, layer: session.layer(number)!.name, to });
      const round = (value: number) => Math.round(value * 100) / 100;
      const points = found.points.map(([own, theirs]) => [round(own), round(theirs)]);
      const align = { to, points: points as [number, number][] };
      session.changeLayer(number, retimed(session.said(number), { align }), `align to ${to}`);
      this.agreement = { layer: number, before: found.before, after: found.after };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      session.say("error", error.message);
    } finally {
      this.aligning = false;
    }
  }
}
