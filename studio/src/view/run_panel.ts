/** Before a run: what it will make and how long that takes. During it: how far it is. After it: the result. */

import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { type Plan, Refused, type RunEvent } from "../api/client";
import { RunLog, titleOf, why } from "../model/run_log";
import { shared } from "../style/shared";
import { icon } from "./icons";
import { Watching } from "./watching";

@customElement("retime-run")
export class RunPanel extends Watching {
  static override styles = [
    shared,
    css`
      dialog { width: min(640px, 92vw); max-height: 84vh; background: var(--panel); color: var(--text); border: 1px solid var(--line); border-radius: 10px; padding: 0; box-shadow: 0 20px 80px #000; }
      dialog[open] { display: flex; flex-direction: column; }
      dialog::backdrop { background: #000a; }
      .heading, .answers { display: flex; align-items: center; justify-content: space-between; gap: 10px; padding: 14px 20px; }
      .heading { border-bottom: 1px solid #0c0d0f; } .answers { border-top: 1px solid #0c0d0f; justify-content: flex-end; }
      .heading div { display: flex; align-items: baseline; gap: 10px; }
      h1 { font-size: 15px; margin: 0; color: var(--strong); }
      .said { padding: 14px 20px; overflow-y: auto; min-height: 90px; }
      ol { list-style: none; margin: 0; padding: 0; }
      li { display: grid; grid-template-columns: 18px 1fr auto; gap: 8px; padding: 5px 0; align-items: baseline; }
      li .quiet { font-size: 12px; }
      .bar { grid-column: 2 / 4; height: 3px; border-radius: 2px; background: #2a2d32; overflow: hidden; }
      .bar i { display: block; height: 100%; background: var(--accent); transition: width 0.3s; }
      .mark { width: 9px; height: 9px; border-radius: 50%; box-shadow: inset 0 0 0 1.5px #565c64; align-self: start; margin-top: 5px; }
      .mark.running { background: var(--accent); box-shadow: none; }
      .mark.done { background: var(--good); box-shadow: none; }
      .mark.failed { background: var(--wrong); box-shadow: none; }
      pre { background: #0c0d0f; border-radius: 6px; padding: 10px 12px; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-x: auto; white-space: pre-wrap; color: #e7b3aa; }
      video { width: 100%; border-radius: 6px; background: #000; display: block; margin-top: 10px; }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement;
  @state() private plan: Plan | null = null;
  @state() private planning = false;
  @state() private problem = "";
  @state() private log = new RunLog();
  @state() private result = "";
  private aborter = new AbortController();

  /** Save what is not, ask what would run, and show it. */
  async open(): Promise<void> {
    if (!this.dialog.open) this.dialog.showModal();
    if (this.log.state === "running") return;
    this.log = new RunLog();
    this.plan = null;
    this.problem = "";
    this.planning = true;
    try {
      if (this.session.unsaved.length && !(await this.session.save())) {
        if (this.session.conflict) this.dialog.close();
        else this.problem = this.session.notice?.text ?? "Not saved.";
        return;
      }
      this.plan = await this.session.client.plan([this.session.edit]);
    } catch (error) {
      this.fail(error);
    } finally {
      this.planning = false;
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("button.main:enabled")?.focus();
  }

  /** Whether a run goes on, for those who show that from outside. */
  get running(): boolean {
    return this.log.state === "running";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.aborter.abort();
  }

  override render() {
    const { log, plan } = this;
    const titles = {
      none: "Run",
      running: "Running",
      done: "Done",
      failed: "Failed",
      stopped: "Stopped",
    };
    return html`<dialog aria-label="Run">
      <div class="heading"><div><h1>${titles[log.state]}</h1><span class="quiet figures" role="status">${this.summary()}</span></div>
        <button class="plain icon" aria-label="Close" @click=${() => this.dialog.close()}>${icon("close")}</button></div>
      <div class="said">
        ${this.problem ? html`<p class="wrong" role="alert">${this.problem}</p>` : nothing}
        ${this.planning ? html`<p class="quiet" role="status">Asking the workflow what would run…</p>` : nothing}
        ${log.state !== "none" ? this.jobs() : plan ? this.planned(plan) : nothing}
        ${log.failure ? html`<p class="wrong">${log.failure.message}</p>${log.failure.log.length ? html`<pre>${log.failure.log.join("\n")}</pre>` : nothing}` : nothing}
        ${log.state === "failed" && !log.failure ? html`<p class="wrong">${log.message}</p>` : nothing}
        ${this.result ? html`<video src=${this.result} controls loop autoplay muted aria-label="The result"></video>` : nothing}
      </div>
      <div class="answers">
        ${
          log.state === "running"
            ? html`<button @click=${this.stop}>Stop</button>`
            : html`<button @click=${() => this.dialog.close()}>Close</button>
              ${log.state === "none" ? html`<button class="main" ?disabled=${!plan?.jobs.length} @click=${this.start}>Run</button>` : nothing}`
        }
      </div></dialog>`;
  }

  private summary(): string {
    const { log, plan } = this;
    if (log.state !== "none") return log.total ? `${log.done} of ${log.total} jobs` : "";
    if (!plan) return "";
    if (!plan.jobs.length) return "everything is up to date";
    const { jobs, unknown, seconds } = plan;
    const known = unknown < jobs.length ? `, about ${duration(seconds)}` : "";
    return `${jobs.length} jobs${known}${unknown ? `, ${unknown} of them of unknown length` : ""}`;
  }

  private planned(plan: Plan) {
    return html`<ol>${plan.jobs.map((job) => html`<li><span class="mark"></span><span>${titleOf(job)} <span class="quiet" title=${job.reason ?? ""}>${why(job.reason ?? "")}</span></span><span class="quiet figures">${job.seconds === null ? "?" : duration(job.seconds)}</span></li>`)}</ol>
      ${plan.jobs.length ? nothing : html`<p class="quiet">What is saved has been run: the result is up to date.</p>`}`;
  }

  private jobs() {
    const { log, plan } = this;
    const begun = new Set(log.jobs.map((job) => job.message));
    const waiting = (plan?.jobs ?? []).filter((job) => !begun.has(titleOf(job)));
    if (!begun.size && !waiting.length)
      return html`<p class="quiet" role="status">Snakemake is reading the workflow…</p>`;
    return html`<ol>${log.jobs.map(
      (job) => html`<li><span class="mark ${job.state}"></span><span>${job.message}</span>
        <span class="quiet figures">${job.state === "running" && job.secondsLeft !== null ? `${duration(job.secondsLeft)} left` : job.state === "running" ? "" : job.state}</span>
        ${job.state === "running" && job.share !== null ? html`<span class="bar"><i style="width:${100 * job.share}%"></i></span>` : nothing}</li>`,
    )}${
      log.state === "running"
        ? waiting.map(
            (job) =>
              html`<li><span class="mark"></span><span class="quiet">${titleOf(job)}</span></li>`,
          )
        : nothing
    }</ol>`;
  }

  /** Follow a run that began before this page did. */
  protected override async firstUpdated(): Promise<void> {
    if ((await this.session.client.lastRun()).state === "running") await this.follow();
  }

  private start = async () => {
    this.problem = this.result = "";
    try {
      await this.session.client.run([this.session.edit]);
    } catch (error) {
      this.fail(error);
      return;
    }
    await this.follow();
  };

  private async follow(): Promise<void> {
    this.log = new RunLog().begun();
    this.session.tell();
    try {
      await this.session.client.events((event) => this.hear(event), this.aborter.signal);
      await this.finish();
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      this.fail(error);
    }
  }

  private hear(event: RunEvent): void {
    this.log = this.log.with(event);
    if (event.kind === "run_ended") this.session.tell(); // the top bar shows whether one goes on
  }

  private stop = async () => {
    try {
      await this.session.client.stop();
    } catch (error) {
      this.fail(error);
    }
  };

  private async finish(): Promise<void> {
    if (this.log.state === "done") {
      const anew = await this.session.reread();
      const file = await this.session.client.edit(this.session.edit);
      if (file.result) {
        const bytes = await this.session.client.bytes(file.result);
        this.result = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
      }
      if (anew) this.dispatchEvent(new CustomEvent("anew", { bubbles: true, composed: true }));
    }
    this.session.tell();
  }

  private fail(error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    this.problem = error.message;
  }
}

/** Return a length of time in the words of a clock. */
export function duration(seconds: number): string {
  if (seconds < 1) return "a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
