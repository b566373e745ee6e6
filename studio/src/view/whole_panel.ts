/** What the edit says of all layers together: length, background, sound. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { frames, type Playback } from "../model/edit";
import { shared } from "../style/shared";
import { numberField } from "./number_field";
import { panelStyle } from "./panel_style";
import { Watching } from "./watching";

@customElement("retime-whole")
export class WholePanel extends Watching {
  static override styles = [shared, panelStyle];

  override render() {
    const { session } = this;
    const number = (
      label: string,
      value: number,
      min: number,
      max: number,
      step: number,
      set: (value: number) => void,
    ) => numberField(session, label, value, [min, max, step], set);
    const edit = session.currentEdit;
    const { fps, frames: count, layers, has_sound } = session.clip;
    const change = (more: object, label: string) =>
      session.changeEdit({ ...edit, ...more }, label, `${label} field`);
    const background = edit.background ?? {};
    const play = (said: Playback) => {
      const says = Object.values(said).some((value) => value !== undefined);
      change({ background: says ? said : undefined }, "background");
    };
    const plays = ["freeze", "reverse", "speed"].find((key) => key in background);
    const written = Object.keys(background).some((key) => key !== plays && key !== "delay");
    const sound = typeof edit.sound === "object" ? String(edit.sound.with) : (edit.sound ?? "");
    return html`<section aria-label="The whole edit">
      <h2>The whole edit</h2>
      <div class="fields">
        ${number("Length", edit.length === undefined ? count : frames(edit.length, fps), 1, 100000, 1, (value) => change({ length: value === count ? undefined : value }, "length"))}
        <label class="field"><span>Between frames</span>
          <select @change=${(event: Event) => {
            const value = (event.target as HTMLSelectElement).value;
            change({ between: value === "nearest" ? undefined : value }, "between frames");
          }}>
            ${["nearest", "blend", "flow"].map((one) => html`<option value=${one} ?selected=${(edit.between ?? "nearest") === one}>${one}</option>`)}
          </select></label>
        ${
          written || typeof (background.speed ?? 1) !== "number"
            ? html`<span class="field"><span>Background</span><span class="quiet">as written in the file</span></span>`
            : html`<label class="field"><span>Background</span>
              <select @change=${(event: Event) => {
                const value = (event.target as HTMLSelectElement).value;
                const moment = session.sourceFrame;
                play(
                  { freeze: { freeze: moment }, reverse: { reverse: true }, speed: { speed: 0.5 } }[
                    value
                  ] ?? {},
                );
              }}>
                ${[
                  ["", "as filmed"],
                  ["freeze", "stands still"],
                  ["speed", "at a speed"],
                  ["reverse", "backwards"],
                ].map(
                  ([value, words]) =>
                    html`<option value=${value} ?selected=${(plays ?? "") === value}>${words}</option>`,
                )}
              </select></label>
              ${plays === "freeze" ? number("Background at", frames(background.freeze!, fps), 0, count - 1, 1, (freeze) => play({ freeze })) : nothing}
              ${plays === "speed" ? number("Background speed", background.speed as number, 0.05, 10, 0.05, (speed) => play({ ...background, speed })) : nothing}
              ${plays === "freeze" ? nothing : number("Background offset", frames(background.delay ?? 0, fps), -9999, 9999, 1, (delay) => play({ ...background, delay: delay || undefined }))}`
        }
        ${
          has_sound
            ? html`<label class="field"><span>Sound</span>
              <select @change=${(event: Event) => {
                const value = (event.target as HTMLSelectElement).value;
                const known = layers.some((one) => one.name === value);
                change({ sound: known ? { with: value } : value || undefined }, "sound");
              }}>
                <option value="" ?selected=${sound === ""}>as the background</option>
                <option value="keep" ?selected=${sound === "keep"}>keep</option>
                <option value="drop" ?selected=${sound === "drop"}>drop</option>
                ${layers.map((one) => html`<option value=${one.name} ?selected=${sound === one.name}>with ${one.name}</option>`)}
              </select></label>`
            : nothing
        }
      </div>
    </section>`;
  }
}
