/** Who is who: tracks split, merged, swapped, renumbered, dropped, and drawn by hand. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Correction } from "../api/client";
import { rangeInWords } from "../model/session";
import { freeNumber, inWords, whoIsWho, withDrawn, withEntry, withoutEntry } from "../model/who";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { panelStyle } from "./panel_style";
import { Watching } from "./watching";

@customElement("retime-who")
export class WhoPanel extends Watching {
  static override styles = [shared, panelStyle];

  protected override onFrame(): void {
    if (!this.session.look.playing) this.requestUpdate();
  }

  override render() {
    const { session } = this;
    const { tracks, draft, look } = session;
    if (!tracks) return nothing;
    const ids = tracks.people.map((one) => one.id);
    const said = whoIsWho(draft.joints);
    return html`<section aria-label="Who is who">
      <h2>Who is who</h2>
      ${look.person !== null && ids.includes(look.person) ? this.ofPerson(look.person, ids) : nothing}
      <button class="wide" title="Somebody whom the tracking never found: joints to be dragged into place" @click=${() => this.draw(ids)}>Draw somebody</button>
      ${said.map(
        ({ entry, index }) => html`<span class="field small"><span>${inWords(entry)}</span>
        <button class="plain icon" aria-label="Forget that ${inWords(entry)}" @click=${() => session.change({ joints: withoutEntry(draft.joints, index) }, `forget that ${inWords(entry)}`)}>${icon("close")}</button></span>`,
      )}
      ${said.length ? nothing : html`<p class="quiet small">Numbers are those of the tracking. What is said here counts before joints do.</p>`}
    </section>`;
  }

  private ofPerson(person: number, ids: number[]) {
    const { session } = this;
    const { frame, range } = session.look;
    const others = ids.filter((id) => id !== person);
    const into = freeNumber(ids, session.draft.joints);
    const choose = (words: string, say: (other: number) => void) =>
      html`<label class="field"><span>${words}</span><select class="number" ?disabled=${!others.length} @change=${(
        event: Event,
      ) => {
        const field = event.target as HTMLSelectElement;
        const other = Number(field.value);
        field.value = "";
        say(other);
      }}><option value="">–</option>${others.map((id) => html`<option value=${id}>${id}</option>`)}</select></label>`;
    const drop = range ? { drop: person, frames: [range.from, range.to - 1] } : { drop: person };
    return html`<div class="buttons two" role="group" aria-label="Track of person ${person}">
      <button ?disabled=${frame === 0} title="From this frame on person ${person} is somebody else, called ${into}" @click=${() => this.say({ split: person, frame, into })}>Split ${person} at ${frame}</button>
      <button title=${range ? "Not there in these frames" : "Nobody: a poster, a mirror image"} @click=${() => this.say(drop)}>Drop ${person}${range ? ` in ${rangeInWords(range)}` : ""}</button>
      </div>
      <div class="fields">
      ${choose(`Swap ${person} from ${frame} on with`, (other) => this.say({ swap: [person, other], frame }))}
      ${choose(`Merge ${person} with`, (other) => this.say({ merge: [person, other] }))}
      <label class="field"><span>Number of person ${person}</span><input type="number" min="1" max="255" .value=${String(person)} @change=${(
        event: Event,
      ) => {
        const field = event.target as HTMLInputElement;
        const to = Number(field.value);
        if (field.validity.valid && to !== person && !ids.includes(to))
          this.say({ rename: person, to });
        else field.value = String(person);
      }} /></label></div>`;
  }

  private say(entry: Correction): void {
    const { session } = this;
    session.change({ joints: withEntry(session.draft.joints, entry) }, inWords(entry));
    const { rename, to } = entry as Record<string, number | undefined>;
    if (rename !== undefined) session.see({ person: to });
  }

  private draw(ids: number[]): void {
    const { session } = this;
    const person = freeNumber(ids, session.draft.joints);
    const { frame } = session.look;
    const joints = withDrawn(session.draft.joints, person, frame, session.clip, session.tracks!);
    session.change({ joints }, `draw person ${person}`);
    session.see({ person, joint: null, tool: "joints" });
  }
}
