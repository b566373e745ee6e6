/** What is known of a run from the events heard so far. */

import type { Plan, RunEvent } from "../api/client";

export interface Job {
  job: number;
  message: string;
  state: "running" | "done" | "failed";
  share: number | null; // 0..1
  secondsLeft: number | null;
}

/** What Snakemake says of why a job runs, shorter words for it, and whether files are to be named. */
const REASONS: [string, string, files?: boolean][] = [
  ["Missing output files", "not made yet"],
  ["Updated input files", "changed:", true],
  ["Input files updated by another job", "after", true],
  ["Set of input files has changed", "other input files"],
  ["Params have changed", "other settings"],
  ["Code has changed", "newer code"],
  ["Software environment", "another environment"],
];

/** Return a job's name for a person. */
export function titleOf(job: Pick<Plan["jobs"][number], "message" | "rule">): string {
  return job.message || job.rule;
}

/** Say in few words why a job runs. */
export function why(reason: string): string {
  const words = reason.split("; ").map((part) => {
    const [said, files = ""] = part.split(": ");
    const [, short, named] = REASONS.find(([known]) => said.startsWith(known)) ?? [said, said];
    if (!named) return short;
    const names = files.split(", ").map((file) => file.split("/").at(-1));
    return `${short} ${names.join(", ")}`;
  });
  return [...new Set(words)].join("; ");
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
          message: titleOf({ message, rule }),
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
