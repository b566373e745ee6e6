import { expect, test } from "vitest";
import type { RunEvent } from "../src/api/client";
import { RunLog } from "../src/model/run_log";

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
