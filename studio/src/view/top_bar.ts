/** Which clip and edit, what can be undone, what is not saved. */

import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Mode } from "../model/session";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { Watching } from "./watching";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

@customElement("retime-top")
export class TopBar extends Watching {
  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: 12px; padding: 0 12px; background: var(--panel); border-bottom: 1px solid #000; }
      .left, .right { display: flex; align-items: center; gap: 8px; min-width: 0; }
      .right { justify-content: flex-end; }
      .clip { color: var(--strong); font-weight: 600; font-size: inherit; margin: 0; }
      .slash { color: #4c5157; }
      .state { font-size: 12px; margin-left: 6px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
      .state.unsaved { color: var(--accent); }
      input { width: 130px; }
      .gap { width: 8px; }
      .group > button { padding: 0 16px; }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "banner");
  }

  @property({ type: Boolean }) running = false;
  @state() private naming = false;
  @query("input") private field!: HTMLInputElement;

  override render() {
    const { session } = this;
    const { history } = session;
    const { unsaved } = session;
    const names = [...new Set([...session.clip.edits, session.edit])];
    const mode = (name: Mode, words: string) =>
      html`<button aria-pressed=${session.look.mode === name} title="${words} (C)" @click=${() => session.enter(name)}>${words}</button>`;
    return html`
      <div class="left">
        <h1 class="clip">${session.clip.name}</h1><span class="slash">/</span>
        ${
          this.naming
            ? html`<input aria-label="Name of the new edit" placeholder="name" @keydown=${this.onName} @blur=${() => {
                this.naming = false;
              }} />`
            : html`<select aria-label="Edit" @change=${this.onEdit}>
              ${names.map((name) => html`<option value=${name} ?selected=${name === session.edit}>${name}</option>`)}
              <option value="">New edit…</option></select>`
        }
        <span class="gap"></span>
        <button class="plain icon" ?disabled=${!history.undoable} title=${history.undoable ? `Undo ${history.undoable} (Ctrl Z)` : "Nothing to undo"} aria-label="Undo" @click=${() => session.undo()}>${icon("undo")}</button>
        <button class="plain icon" ?disabled=${!history.redoable} title=${history.redoable ? `Redo ${history.redoable} (Ctrl Shift Z)` : "Nothing to redo"} aria-label="Redo" @click=${() => session.redo()}>${icon("redo")}</button>
        <span class="state ${unsaved.length ? "unsaved" : "quiet"}" role="status">${session.saving ? "Saving…" : unsaved.length ? `Not saved: ${unsaved.join(", ")}` : "Saved"}</span>
      </div>
      <div class="group" role="group" aria-label="Mode">${mode("retime", "Retime")}${mode("correct", "Correct")}</div>
      <div class="right">
        ${this.running ? html`<span class="quiet" role="status">Running…</span>` : nothing}
        <button ?disabled=${!unsaved.length || session.saving} title="Write it to the clip's files (Ctrl S)" @click=${() => session.save()}>Save</button>
        <button class="main" title="Save, see what will run, and run it (Ctrl Enter)" @click=${() => this.dispatchEvent(new CustomEvent("run"))}>Run…</button>
        <button class="plain icon" title="Keyboard (?)" aria-label="Keyboard" @click=${() => this.dispatchEvent(new CustomEvent("sheet"))}>?</button>
      </div>`;
  }

  private onEdit = async (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (value) return this.session.openEdit(value);
    this.naming = true;
    await this.updateComplete;
    this.field.focus();
  };

  private onName = async (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") this.naming = false;
    if (event.key !== "Enter") return;
    const name = this.field.value.trim();
    if (!NAME.test(name)) {
      this.session.say(
        "error",
        "A name is letters, digits, - and _, and begins with one of the first two.",
      );
      return;
    }
    this.naming = false;
    await this.session.openEdit(name);
  };
}
