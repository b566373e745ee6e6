import { expect, test } from "vitest";
import type { RunEvent } from "../src/api/client";
import { RunLog, why } from "../src/model/run_log";

const job = { job: 4, rule: "render", message: "Render", reason: null, seconds: 8 };

function after(...events: RunEvent[]): RunLog {
  return events.reduce((log, event) => log.with(event), new RunLog());
}

test("a run is told from its events", () => {
  const log = after(
    { kind: "run_started", run: 1 },
    { kind: "job_started", job },
    { kind: "job_progress", job: 4, what: "frames", done: 3, total: 12, seconds_left: 6 },
    { kind: "run_progress", done: 1, total: 2 },
  );
  expect(log).toMatchObject({ state: "running", done: 1, total: 2 });
  expect(log.jobs).toEqual([
    { job: 4, message: "Render", state: "running", share: 0.25, secondsLeft: 6 },
  ]);
});

test("a failure keeps the last lines of the log", () => {
  const log = after(
    { kind: "run_started", run: 1 },
    { kind: "job_started", job },
    { kind: "job_failed", job: 4, rule: "render", message: "no room", log: ["a", "b"] },
    { kind: "run_ended", state: "failed", message: "1 job failed" },
  );
  expect(log.state).toBe("failed");
  expect(log.jobs[0].state).toBe("failed");
  expect(log.failure).toEqual({ message: "no room", log: ["a", "b"] });
});

test("why a job runs is told in few words", () => {
  const changed = "Params have changed since last execution: before: '' now: 'b42346d2561c18f5'";
  expect(why(`Set of input files has changed since last execution; ${changed}`)).toBe(
    "other input files; other settings",
  );
  const made = "Input files updated by another job: results/demo/cast.h5, results/demo/tracks.h5";
  expect(why(`Missing output files: results/demo/edits/a/timemap.h5; ${made}`)).toBe(
    "not made yet; after cast.h5, tracks.h5",
  );
  expect(why("Forced execution")).toBe("Forced execution");
});
