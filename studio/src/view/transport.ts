/** Playing, stepping, and what of the picture is looked at. */

import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import type { View } from "../model/session";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { Watching } from "./watching";

const VIEWS: [View, string, string][] = [
  ["result", "Result", "1"],
  ["source", "Source", "2"],
  ["beside", "Beside", "3"],
  ["wipe", "Wipe", "4"],
  ["layer", "Layer", "5"],
  ["matte", "Matte", "6"],
  ["background", "Background", "7"],
];

@customElement("retime-transport")
export class Transport extends Watching {
  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: 12px; height: 40px; padding: 0 12px; background: var(--ground); }
      .middle { display: flex; gap: 2px; align-items: center; }
      .right { justify-self: end; display: flex; gap: 10px; align-items: center; }
      .time { min-width: 132px; text-align: right; color: var(--quiet); }
      .time b { color: var(--strong); font-weight: 600; }
      button.play { width: 34px; }
      @media (max-width: 1150px) {
        :host { gap: 4px; padding: 0 6px; }
        .group > button { padding: 0 5px; }
        .time { min-width: 60px; }
        .seconds { display: none; }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Playback and view");
  }

  protected override onFrame(): void {
    this.requestUpdate();
  }

  override render() {
    const { session } = this;
    const { look, length, clip } = session;
    const last = length - 1;
    const go = (frame: number) => session.see({ frame, playing: false });
    const views = VIEWS.map(([view, name, key]) => {
      const says = look.mode === "correct" && view === "result" ? "Composite" : name;
      return html`<button aria-pressed=${look.view === view} title="${says} (${key})" @click=${() => session.see({ view })}>${says}</button>`;
    });
    return html`
      <div class="group" role="group" aria-label="View" style="justify-self:start">${views}</div>
      <div class="middle" role="group" aria-label="Playback">
        <button class="plain icon" title="First frame (Home)" aria-label="First frame" @click=${() => go(0)}>${icon("first")}</button>
        <button class="plain icon" title="Frame back (←)" aria-label="Frame back" @click=${() => go(look.frame - 1)}>${icon("back")}</button>
        <button class="play" title="Play or pause (Space)" aria-label=${look.playing ? "Pause" : "Play"} @click=${() => session.see({ playing: !look.playing })}>${icon(look.playing ? "pause" : "play")}</button>
        <button class="plain icon" title="Frame on (→)" aria-label="Frame on" @click=${() => go(look.frame + 1)}>${icon("on")}</button>
        <button class="plain icon" title="Last frame (End)" aria-label="Last frame" @click=${() => go(last)}>${icon("last")}</button>
        <button class="plain icon" title="Loop (L)" aria-label="Loop" aria-pressed=${look.looping} @click=${() => session.see({ looping: !look.looping })}>${icon("loop")}</button>
      </div>
      <div class="right">
        <span class="time figures"><b>${look.frame}</b> / ${last} <span class="seconds">&nbsp; ${(look.frame / clip.fps).toFixed(2)} s</span></span>
        <button class="plain icon" title="Whole picture (0)" aria-label="Show the whole picture" @click=${() => this.dispatchEvent(new CustomEvent("fit", { bubbles: true, composed: true }))}>${icon("fit")}</button>
      </div>`;
  }
}
