/** The page: parts put together, keys handed on. */

import { css, html, LitElement, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { Refused } from "./api/client";
import { Session } from "./model/session";
import { forgetAutomatic } from "./model/trimaps";
import { Player } from "./picture/player";
import { Screen } from "./picture/screen";
import { Thumbnails } from "./picture/thumbnails";
import { shared } from "./style/shared";
import "./view/correct_panel";
import { icon } from "./view/icons";
import "./view/inspector";
import type { RunPanel } from "./view/run_panel";
import "./view/run_panel";
import { press, type ShortcutSheet } from "./view/shortcuts";
import type { Stage } from "./view/stage";
import "./view/stage";
import "./view/timeline";
import "./view/top_bar";
import "./view/transport";

@customElement("retime-studio")
export class Studio extends LitElement {
  static override styles = [
    shared,
    css`
      :host { height: 100vh; display: grid; grid-template: 44px minmax(0, 1fr) 40px minmax(150px, auto) / minmax(0, 1fr) 304px; background: var(--ground); }
      retime-top { grid-column: 1 / 3; }
      retime-stage { min-height: 0; }
      .side { grid-area: 2 / 2 / 4 / 3; overflow-y: auto; scrollbar-color: #33373d transparent; scrollbar-width: thin; border-left: 1px solid #000; min-height: 0; }
      retime-transport { grid-area: 3 / 1; border-top: 1px solid #000; }
      retime-timeline { grid-area: 4 / 1 / 5 / 3; max-height: 44vh; border-top: 1px solid #000; }
      .notice { position: fixed; left: 50%; top: 54px; transform: translateX(-50%); display: flex; gap: 12px; align-items: center; background: #2a2e33; color: var(--strong); padding: 6px 8px 6px 14px; border-radius: 7px; box-shadow: 0 4px 24px #000c; z-index: 10; max-width: 70vw; }
      .notice.error { background: #4a2622; }
      .whole { height: 100vh; display: grid; place-content: center; text-align: center; gap: 8px; color: var(--quiet); }
      .whole strong { color: var(--strong); font-size: 16px; }
      dialog { background: var(--panel); color: var(--text); border: 1px solid var(--line); border-radius: 10px; padding: 22px 26px; max-width: 520px; box-shadow: 0 20px 80px #000; }
      dialog::backdrop { background: #000a; }
      dialog h1 { font-size: 15px; margin: 0 0 8px; color: var(--strong); }
      dialog .answers { display: flex; gap: 8px; justify-content: flex-end; margin-top: 18px; }
    `,
  ];

  readonly session = new Session();
  readonly screen = new Screen(this.session);
  readonly player = new Player(this.session, this.screen);
  readonly thumbnails = new Thumbnails(this.session, this.screen);
  @state() private open = false;
  @state() private problem = "";
  @query("retime-stage") private stage!: Stage;
  @query("retime-run") private run!: RunPanel;
  @query("retime-shortcuts") private sheet!: ShortcutSheet;
  private noticed: typeof this.session.notice = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("pagehide", () => this.open && this.session.keepUnsaved());
    this.session.listen(() => this.onSession());
    this.session.open().then(
      () => {},
      (error: Error) => {
        this.problem = error.message;
        if (!(error instanceof Refused)) throw error;
      },
    );
  }

  override render() {
    const { session } = this;
    if (this.problem) {
      return html`<div class="whole" role="alert"><strong>The studio cannot be opened</strong><span>${this.problem}</span></div>`;
    }
    if (!this.open) return html`<div class="whole" role="status">Opening the clip…</div>`;
    const retiming = session.look.mode === "retime";
    return html`
      <retime-top .session=${session} .running=${this.run?.running ?? false} @run=${() => this.run.open()} @sheet=${() => this.sheet.toggle()}></retime-top>
      <retime-stage .session=${session} .screen=${this.screen}></retime-stage>
      <aside class="side" aria-label=${retiming ? "Edit" : "Corrections"}>
        ${retiming ? html`<retime-inspector .session=${session}></retime-inspector>` : html`<retime-correct .session=${session}></retime-correct>`}
      </aside>
      <retime-transport .session=${session} @fit=${() => this.stage.fit()}></retime-transport>
      <retime-timeline .session=${session} .thumbnails=${this.thumbnails}></retime-timeline>
      <retime-run .session=${session} @anew=${this.onAnew}></retime-run>
      <retime-shortcuts></retime-shortcuts>
      ${
        session.notice
          ? html`<div class="notice ${session.notice.kind}" role=${session.notice.kind === "error" ? "alert" : "status"}>${session.notice.text}
            <button class="plain icon" aria-label="Close" @click=${this.hush}>${icon("close")}</button></div>`
          : nothing
      }
      ${session.conflict ? this.conflictDialog() : nothing}`;
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector<HTMLDialogElement>("dialog.conflict");
    if (dialog && !dialog.open) dialog.showModal();
  }

  private conflictDialog() {
    const { session } = this;
    const conflict = session.conflict!;
    const settle = async (whose: "mine" | "theirs") => {
      session.conflict = null;
      conflict.settle(whose);
      await session.save();
    };
    return html`<dialog class="conflict" aria-label="Changed elsewhere" @cancel=${() => {
      session.conflict = null;
    }}>
      <h1>${conflict.file} was changed elsewhere</h1>
      <div>${conflict.message} Another window, an editor or another person has written it since you began. Nothing has been saved of it.</div>
      <div class="answers">
        <button @click=${() => {
          session.conflict = null;
          session.tell();
        }}>Decide later</button>
        <button @click=${() => settle("theirs")}>Take the file</button>
        <button class="main" @click=${() => settle("mine")}>Keep mine</button>
      </div></dialog>`;
  }

  private onSession(): void {
    if (!this.open) {
      this.screen.load(this.session.footage);
      const arrived = this.screen.films.onFrame;
      this.screen.films.onFrame = () => {
        arrived();
        this.thumbnails.schedule();
      };
      this.open = true;
    }
    this.thumbnails.schedule();
    const { notice } = this.session;
    if (notice !== this.noticed) {
      this.noticed = notice;
      if (notice?.kind === "info")
        setTimeout(() => notice === this.session.notice && this.hush(), 3000);
    }
    this.requestUpdate();
  }

  private hush = () => {
    this.session.notice = null;
    this.session.tell();
  };

  private onAnew = () => {
    forgetAutomatic();
    this.thumbnails.clear();
    this.screen.load(this.session.footage);
  };

  private onKey(event: KeyboardEvent): void {
    if (!this.open || event.defaultPrevented) return;
    const target = event.composedPath()[0] as HTMLElement;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    const command = event.ctrlKey || event.metaKey;
    if ((typing && !command) || this.renderRoot.querySelector("dialog[open]")) return;
    // One that was closed has the focus until the browser's next frame.
    const dialogs = event.composedPath().filter((one) => one instanceof HTMLDialogElement);
    if (dialogs.some((one) => one.open)) return;
    // A button in focus is pressed by Space and Enter.
    if (target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
    if (command && event.key === "Enter") void this.run.open();
    else if (event.key === "?") this.sheet.toggle();
    else if (event.key === "+" || event.key === "=") this.stage.zoomBy(1.25);
    else if (event.key === "-") this.stage.zoomBy(0.8);
    else if (event.key === "0") this.stage.fit();
    else if (!press(this.session, event)) return;
    event.preventDefault();
  }
}
