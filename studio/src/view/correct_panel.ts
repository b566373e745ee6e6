/** What is corrected by hand: joints, trimaps, who is in front, who goes together. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import {
  groups,
  moveInOrder,
  orderAt,
  type Place,
  spanOf,
  withLayerName,
  withOrder,
  withPersonPlaced,
} from "../model/choices";
import { isJoint } from "../model/joints";
import { MEANINGS, type Value } from "../model/paint";
import { rangeInWords, type Tool } from "../model/session";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { panelStyle } from "./panel_style";
import { Watching } from "./watching";
import "./who_panel";

@customElement("retime-correct")
export class CorrectPanel extends Watching {
  static override styles = [shared, panelStyle];

  protected override onFrame(): void {
    this.requestUpdate();
  }

  override render() {
    const { session } = this;
    const tool = (name: Tool, words: string, key: string) =>
      html`<button aria-pressed=${session.look.tool === name} title="${words} (${key})" @click=${() => session.see({ tool: name })}>${words}</button>`;
    return html`
      <section>
        <div class="buttons two" role="group" aria-label="Tool">${tool("joints", "Joints", "J")}${tool("paint", "Trimap", "T")}</div>
        ${session.look.tool === "paint" ? this.paintPanel() : this.jointPanel()}
      </section>
      <retime-who .session=${session}></retime-who>
      ${this.depthPanel()}
      ${this.peoplePanel()}`;
  }

  private jointPanel() {
    const { session } = this;
    const { look, tracks, clip } = session;
    if (!tracks) return html`<p class="quiet">Reading tracks…</p>`;
    const mine = session.draft.joints.filter(isJoint).filter((one) => one.person === look.person);
    const corrected = [...new Set(mine.map((one) => one.frame))].sort((a, b) => a - b);
    const ids = tracks.people.map((one) => one.id);
    const layerOf = (id: number) => clip.layers.find((one) => one.people.includes(id))?.name;
    return html`
      <label class="field"><span>Person</span>
        <select @change=${(event: Event) => session.see({ person: Number((event.target as HTMLSelectElement).value), joint: null })}>
          ${ids.map((id) => html`<option value=${id} ?selected=${id === look.person}>${id}${layerOf(id) ? ` – ${layerOf(id)}` : ""}</option>`)}
        </select></label>
      <div class="legend">
        <span><i class="dot observed"></i>observed</span><span><i class="dot interpolated"></i>interpolated</span><span><i class="dot corrected"></i>corrected</span>
      </div>
      <p class="quiet small">Drag a joint to where it belongs, hidden or not. With <kbd>Alt</kbd> the arrows move the one in focus; <kbd>Delete</kbd> takes a correction back, or says that the joint is not there. What lies between follows when the tracks are made anew; the line is a preview.</p>
      ${
        corrected.length
          ? html`<div class="chips"><span class="quiet small">Corrected in</span>${corrected.map((frame) => html`<button class="figures" aria-pressed=${frame === look.frame} @click=${() => session.see({ frame })}>${frame}</button>`)}</div>`
          : nothing
      }`;
  }

  private paintPanel() {
    const { session } = this;
    const { look } = session;
    const layer = session.layer(look.layer);
    if (!layer)
      return html`<p class="quiet">Choose a layer below: a trimap says what belongs to it.</p>`;
    const brush = (more: Partial<typeof look.brush>) =>
      session.see({ brush: { ...look.brush, ...more } });
    const where = look.range ? `frames ${rangeInWords(look.range)}` : `frame ${look.frame} alone`;
    const mine = session.draft.strokes.filter((one) => one.layer === layer.name).length;
    return html`
      <div class="group brush" role="group" aria-label="Brush">
        ${([255, 128, 0] as Value[]).map((value) => html`<button aria-pressed=${look.brush.value === value} @click=${() => brush({ value })}><i class="swatch v${value}"></i>${MEANINGS[value]}</button>`)}
      </div>
      <label class="field"><span>Brush</span><input type="range" min="1" max="60" aria-label="Radius of the brush" .value=${String(look.brush.radius)} @input=${(event: Event) => brush({ radius: Number((event.target as HTMLInputElement).value) })} /></label>
      <p class="small">Paints <b>${layer.name}</b>, <b class="figures">${where}</b>.</p>
      <p class="quiet small">Clear: belongs to ${layer.name}. Amber: the training finds out. Dark: does not. Choose a range on the ruler with Shift to paint over several frames. ${mine ? `${mine} ${mine === 1 ? "stroke" : "strokes"} so far.` : ""}</p>`;
  }

  private depthPanel() {
    const { session } = this;
    const { look, clip } = session;
    if (clip.layers.length < 2) return nothing;
    const range: [number, number] = look.range
      ? [look.range.from, look.range.to - 1]
      : [0, clip.frames - 1];
    const filmed = clip.back_to_front[Math.min(look.frame, clip.frames - 1)].map(
      (number) => session.layer(number)!.name,
    );
    const order = orderAt(session.draft.choices, look.frame, filmed);
    const move = (name: string, by: 1 | -1) => {
      const choices = withOrder(
        session.draft.choices,
        range,
        moveInOrder(order, name, by),
        clip.frames,
      );
      session.change({ choices }, `order over ${range.join("–")}`);
    };
    return html`<section aria-label="Depth">
      <h2>Who is in front <span class="figures">· ${look.range ? rangeInWords(look.range) : "whole clip"}</span></h2>
      <ol class="order">${[...order].reverse().map(
        (
          name,
          k,
        ) => html`<li><span class="chip" style="background:${clip.layers.find((one) => one.name === name)?.colour}"></span><span>${name}</span>
          <button class="plain icon" ?disabled=${k === 0} aria-label="Bring ${name} forward" @click=${() => move(name, 1)}>${icon("up")}</button>
          <button class="plain icon" ?disabled=${k === order.length - 1} aria-label="Send ${name} back" @click=${() => move(name, -1)}>${icon("down")}</button></li>`,
      )}</ol>
      ${
        session.draft.choices.order.length
          ? html`<div class="chips">${session.draft.choices.order.map(
              (
                one,
                k,
              ) => html`<button class="figures" title=${one.back_to_front.join(" < ")} @click=${() => session.see({ frame: spanOf(one, clip.frames)[0] })}>${spanOf(one, clip.frames).join("–")}</button>
            <button class="plain icon" aria-label="Forget the order over ${spanOf(one, clip.frames).join(" to ")}" @click=${() => session.change({ choices: { ...session.draft.choices, order: session.draft.choices.order.filter((_, other) => other !== k) } }, "forget an order")}>${icon("close")}</button>`,
            )}</div>`
          : nothing
      }
    </section>`;
  }

  private peoplePanel() {
    const { session } = this;
    const { choices } = session.draft;
    const grouped = groups(choices, session.clip.layers);
    const set = (changed: typeof choices, label: string) =>
      session.change({ choices: changed }, label);
    return html`<section aria-label="People">
      <h2>People and layers</h2>
      <div class="fields">
        ${grouped.map(
          ({ name }, k) => html`<label class="field"><span>Layer ${k + 1}</span>
            <input type="text" class="text" .value=${name} aria-label="Name of layer ${k + 1}" @change=${(
              event: Event,
            ) => {
              const field = event.target as HTMLInputElement;
              const next = withLayerName(choices, grouped, name, field.value.trim());
              if (next) set(next, `call ${name} ${field.value.trim()}`);
              else field.value = name;
            }} /></label>`,
        )}
        ${session.clip.people.map((id) => {
          const on: Place = choices.ignore.includes(id)
            ? "ignored"
            : (grouped.find((one) => one.people.includes(id))?.name ?? "alone");
          return html`<label class="field"><span>Person ${id}</span>
            <select @change=${(event: Event) => {
              const place = (event.target as HTMLSelectElement).value;
              set(withPersonPlaced(choices, grouped, id, place), `person ${id}: ${place}`);
            }}>
              ${grouped.map(({ name }) => html`<option value=${name} ?selected=${on === name}>on ${name}</option>`)}
              <option value="alone" ?selected=${on === "alone"}>on a layer alone</option>
              <option value="ignored" ?selected=${on === "ignored"}>left alone</option>
            </select></label>`;
        })}
      </div>
      ${grouped.map(({ name, people }) => {
        const now = session.clip.layers.find((one) => one.people.join() === people.join())?.name;
        if (now === undefined || now === name) return nothing;
        return html`<p class="small" role="status">Edits and painted trimaps that say <b>${now}</b> must say <b>${name}</b>, too, or the run refuses them: clips/${session.clip.name}/edits/, and the folder trimaps/${now}.</p>`;
      })}
      <p class="quiet small">People on one layer are retimed together. Layers change when the workflow has run.</p>
    </section>`;
  }
}
