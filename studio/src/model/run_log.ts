/** What is known of a run from the events heard so far. */

import type { RunEvent } from "../api/client";

export interface Job {
  job: number;
  message: string;
  state: "running" | "done" | "failed";
  share: number | null; // 0..1
  secondsLeft: number | null;
}

export class RunLog {
  readonly state: "none" | "running" | "done" | "failed" | "stopped" = "none";
  readonly jobs: Job[] = [];
  readonly done: number = 0;
  readonly total: number = 0;
  readonly failure: { message: string; log: string[] } | null = null;
  readonly message: string = "";

  constructor(known: Partial<RunLog> = {}) {
    Object.assign(this, known);
  }

  begun(): RunLog {
    return this.state === "none" ? new RunLog({ ...this, state: "running" }) : this;
  }

  /** Return what is known after one more event. */
  with(event: RunEvent): RunLog {
    const change = (known: Partial<RunLog>) => new RunLog({ ...this, ...known });
    const job = (number: number, more: Partial<Job>) =>
      this.jobs.map((one) => (one.job === number ? { ...one, ...more } : one));
    switch (event.kind) {
      case "run_started":
        return new RunLog({ state: "running" });
      case "job_started": {
        const { job: number, message, rule } = event.job;
        const others = this.jobs.filter((one) => one.job !== number);
        const begun: Job = {
          job: number,
          message: message || rule,
          state: "running",
          share: null,
          secondsLeft: null,
        };
        return change({ jobs: [...others, begun] });
      }
      case "job_progress": {
        const share = event.total ? event.done / event.total : null;
        return change({ jobs: job(event.job, { share, secondsLeft: event.seconds_left }) });
      }
      case "job_finished":
        return change({ jobs: job(event.job, { state: "done", share: 1 }) });
      case "job_failed":
        return change({
          jobs: job(event.job, { state: "failed" }),
          failure: { message: event.message, log: event.log },
        });
      case "run_progress":
        return change({ done: event.done, total: event.total });
      case "run_ended":
        return change({ state: event.state, message: event.message });
    }
  }
}
