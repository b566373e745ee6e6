/** The server, one method for each call of its contract. */

import type { components } from "./schema";

type Schemas = components["schemas"];
export type Clip = Schemas["ClipState"];
export type Footage = Schemas["FootageState"];
export type Film = Schemas["Film"];
export type Tracks = Schemas["TracksState"];
export type Person = Schemas["PersonState"];
export type TimeMap = Schemas["TimeMapState"];
export type Instance = Schemas["InstanceState"];
export type EditFile = Schemas["EditState"];
export type AlignQuestion = Partial<Schemas["AlignQuestion"]> &
  Pick<Schemas["AlignQuestion"], "layer" | "to">;
export type Alignment = Schemas["AlignState"];
export type JointFile = Omit<Schemas["CorrectionsState"], "corrections"> & {
  corrections: Correction[];
};
/** An entry of a file of corrections that puts joints right. */
export interface JointCorrection {
  person: number;
  frame: number;
  keypoints: Record<string, [number, number] | null>;
}
/** Any entry; those of other kinds say who is who. */
export type Correction = JointCorrection | Record<string, unknown>;
export type ClipFile = Schemas["ClipFileState"];
export type LayerChoice = Partial<Schemas["LayerChoice"]> &
  Pick<Schemas["LayerChoice"], "name" | "people">;
export type OrderChoice = Schemas["OrderChoice"];
export type Trimaps = Schemas["TrimapsState"];
export type Plan = Schemas["PlanState"];
export type Run = Schemas["RunState"];
export type RunEvent =
  | Schemas["RunStarted"]
  | Schemas["JobStarted"]
  | Schemas["JobProgress"]
  | Schemas["JobFinished"]
  | Schemas["JobFailed"]
  | Schemas["RunProgress"]
  | Schemas["RunEnded"];

/** What the server refused, in its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly place: (string | number)[] | null = null,
    readonly current: unknown = undefined,
  ) {
    super(message);
  }

  /** The file was changed elsewhere since it was read; `current` is what it holds now. */
  get conflict(): boolean {
    return this.status === 409;
  }
}

/** The file of corrections that is the studio's: others are a person's own, and left alone. */
const JOINT_FILE = "studio";

export class Client {
  // It stays in the address: a reload needs it there.
  private readonly token = new URL(location.href).searchParams.get("token") ?? "";

  clip = () => this.ask<Clip>("GET", "/api/clip");
  footage = () => this.ask<Footage>("GET", "/api/footage");
  tracks = () => this.ask<Tracks>("GET", "/api/tracks");

  edit = (name: string) => this.ask<EditFile>("GET", `/api/edits/${encodeURIComponent(name)}`);
  saveEdit = (name: string, edit: object, base: string | null) =>
    this.ask<EditFile>("PUT", `/api/edits/${encodeURIComponent(name)}`, {
      edit,
      base_digest: base,
    });
  timeMap = (edit: object) => this.ask<TimeMap>("POST", "/api/timemap", { edit });
  /** An output frame of an edit as `render` makes it, PNG. */
  picture = async (edit: object, frame: number) =>
    (await this.send("POST", "/api/picture", { edit, frame })).arrayBuffer();
  align = (question: AlignQuestion) => this.ask<Alignment>("POST", "/api/align", question);

  /** The tracks that there would be with corrections that are not saved yet. */
  tracksWith = (corrections: Correction[]) =>
    this.ask<Tracks>("POST", "/api/tracks", { name: JOINT_FILE, corrections });
  joints = async () => {
    const files = await this.ask<JointFile[]>("GET", "/api/corrections/keypoints");
    return files.find((file) => file.name === JOINT_FILE) ?? null;
  };
  saveJoints = (corrections: Correction[], base: string | null) =>
    this.ask<JointFile>("PUT", `/api/corrections/keypoints/${JOINT_FILE}`, {
      corrections,
      base_digest: base,
    });

  trimaps = (layer: string) =>
    this.ask<Trimaps>("GET", `/api/trimaps/${encodeURIComponent(layer)}`);
  /** A trimap as if nothing were painted, or what is painted alone, transparent elsewhere; PNG. */
  trimapPicture = (layer: string, frame: number, part: "automatic" | "painted") =>
    this.bytes(`/api/trimaps/${encodeURIComponent(layer)}/${frame}?part=${part}`);
  saveTrimap = (layer: string, first: number, last: number, png: string, base: string | null) =>
    this.ask<Trimaps>("PUT", `/api/trimaps/${encodeURIComponent(layer)}`, {
      first,
      last,
      png,
      base_digest: base,
    });

  /** Make trimaps automatic again. */
  clearTrimap = (layer: string, first: number, last: number, base: string | null) => {
    const said = new URLSearchParams({ first: `${first}`, last: `${last}` });
    if (base) said.set("base_digest", base);
    return this.ask<Trimaps>("DELETE", `/api/trimaps/${encodeURIComponent(layer)}?${said}`);
  };

  clipFile = () => this.ask<ClipFile>("GET", "/api/clip-file");
  saveClipFile = (
    file: { layers: LayerChoice[]; ignore: number[]; order: OrderChoice[] },
    base: string | null,
  ) => this.ask<ClipFile>("PUT", "/api/clip-file", { ...file, base_digest: base });

  plan = (edits: string[] | null) => this.ask<Plan>("POST", "/api/run/plan", { edits });
  run = (edits: string[] | null) => this.ask<Run>("POST", "/api/run", { edits });
  lastRun = () => this.ask<Run>("GET", "/api/run");
  stop = () => this.ask<Run>("DELETE", "/api/run");

  /** Hand each event of the last run to `tell`, until the run has ended or `signal` aborts. */
  async events(tell: (event: RunEvent) => void, signal: AbortSignal): Promise<void> {
    // EventSource cannot carry the token.
    const answer = await this.fetch("/api/run/events", { signal });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) {
        const data = block
          .split("\n")
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5))
          .join("\n");
        if (!data) continue;
        const event = JSON.parse(data) as RunEvent;
        tell(event);
        if (event.kind === "run_ended") return reader.cancel();
      }
    }
  }

  /** Return bytes of a file, the end not included; all of it if no range is given. */
  async bytes(url: string, range?: { start: number; end: number }): Promise<ArrayBuffer> {
    const headers: Record<string, string> = range
      ? { Range: `bytes=${range.start}-${range.end - 1}` }
      : {};
    const answer = await this.fetch(url, { headers });
    const body = await answer.arrayBuffer();
    // A server may answer with the whole file.
    return range && answer.status === 200 ? body.slice(range.start, range.end) : body;
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    return (await (await this.send(method, path, body)).json()) as T;
  }

  private send(method: string, path: string, body?: object): Promise<Response> {
    return this.fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(path, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${this.token}` },
    }).catch((error: Error) => {
      if (error.name === "AbortError") throw error;
      throw new Refused(
        0,
        "The studio's server does not answer. Is `retime studio` still running?",
      );
    });
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 401) {
      throw new Refused(
        401,
        "Open the address that `retime studio` printed: its token is missing.",
      );
    }
    throw new Refused(
      answer.status,
      said.message ?? `${path}: ${answer.status} ${answer.statusText}`,
      said.place ?? null,
      said.current,
    );
  }
}
