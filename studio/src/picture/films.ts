/**
 * Frames of the clip's films as textures: read by ranges, decoded by WebCodecs, kept as long as
 * there is room. The unit of all three is a run: a key frame and what follows up to the next.
 */

import type { Film } from "../api/client";
import type { Box } from "./camera";

export type ReadBytes = (
  url: string,
  range: { start: number; end: number },
) => Promise<ArrayBuffer>;

export interface Wish {
  film: string;
  frame: number;
}

interface Run {
  first: number;
  textures: (WebGLTexture | null)[];
  bytes: number;
  lastUse: number;
}

interface Reel {
  film: Film;
  starts: number[]; // frames at which runs begin
  decoder: VideoDecoder | null;
  busy: boolean;
  sink: (frame: VideoFrame) => void;
}

/** Return the frames at which a film can be entered. */
export function runStarts(film: Film): number[] {
  return film.samples.flatMap((sample, k) => (sample.key ? [k] : []));
}

/** Return which run holds a frame: the last that starts at it or before. */
export function runOf(starts: number[], frame: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

export class Films {
  /** Called whenever a frame has come that was not there. */
  onFrame: () => void = () => {};
  onError: (message: string) => void = () => {};
  private readonly reels = new Map<string, Reel>();
  private readonly runs = new Map<string, Run>();
  private wishes: Wish[] = [];
  private clock = 0;
  private held = 0;

  /**
   * @param room bytes of textures to keep
   */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly read: ReadBytes,
    private readonly room = 768 * 2 ** 20,
  ) {}

  add(name: string, film: Film): void {
    this.reels.set(name, {
      film,
      starts: runStarts(film),
      decoder: null,
      busy: false,
      sink: () => {},
    });
  }

  /** Forget all films and frames, before others are added. */
  clear(): void {
    for (const reel of this.reels.values()) reel.decoder?.close();
    for (const run of this.runs.values()) this.release(run);
    this.reels.clear();
    this.runs.clear();
    this.wishes = [];
    this.held = 0;
  }

  film(name: string): Film {
    return this.reels.get(name)!.film;
  }

  /** Return the part of a frame in which anything shows; null: nothing does. */
  box(name: string, frame: number): Box | null {
    return this.film(name).samples[frame].box;
  }

  /** Return a frame's texture, or null if it has yet to come. */
  texture(name: string, frame: number): WebGLTexture | null {
    const reel = this.reels.get(name);
    if (!reel) return null;
    const at = reel.film.constant ? 0 : frame;
    const run = this.runs.get(`${name}/${runOf(reel.starts, at)}`);
    if (!run) return null;
    run.lastUse = ++this.clock;
    return run.textures[at - run.first] ?? null;
  }

  /** Say which frames are wanted, the most urgent first; earlier wishes are forgotten. */
  want(wishes: Wish[]): void {
    this.wishes = wishes;
    for (const name of this.reels.keys()) this.work(name);
  }

  private work(name: string): void {
    const reel = this.reels.get(name)!;
    if (reel.busy) return;
    for (const wish of this.wishes) {
      if (wish.film !== name) continue;
      const number = runOf(reel.starts, reel.film.constant ? 0 : wish.frame);
      if (this.runs.has(`${name}/${number}`)) continue;
      reel.busy = true;
      this.decode(name, reel, number)
        .catch((error: Error) => {
          this.runs.delete(`${name}/${number}`);
          if (this.reels.get(name) === reel) this.onError(`${reel.film.url}: ${error.message}`);
          throw error;
        })
        .then(
          () => {
            reel.busy = false;
            if (this.reels.get(name) === reel) this.work(name);
          },
          () => {}, // told already; this film stays as it is, so that the error does not repeat
        );
      return;
    }
  }

  private async decode(name: string, reel: Reel, number: number): Promise<void> {
    const { film, starts } = reel;
    const first = starts[number];
    const end = starts[number + 1] ?? film.samples.length;
    const run: Run = { first, textures: [], bytes: 0, lastUse: ++this.clock };
    this.runs.set(`${name}/${number}`, run);
    const samples = film.samples.slice(first, end);
    const start = Math.min(...samples.map((sample) => sample.offset));
    const stop = Math.max(...samples.map((sample) => sample.offset + sample.size));
    const data = await this.read(film.url, { start, end: stop });
    const decoder = await this.ready(reel);
    reel.sink = (frame) => {
      this.keep(run, Math.round(frame.timestamp / 1000) - first, frame);
      frame.close();
      this.onFrame();
    };
    samples.forEach((sample, k) => {
      decoder.decode(
        new EncodedVideoChunk({
          type: sample.key ? "key" : "delta",
          timestamp: (first + k) * 1000,
          data: new Uint8Array(data, sample.offset - start, sample.size),
        }),
      );
    });
    await decoder.flush();
    this.makeRoom();
  }

  private async ready(reel: Reel): Promise<VideoDecoder> {
    if (reel.decoder?.state === "configured") return reel.decoder;
    if (!("VideoDecoder" in globalThis)) {
      throw new Error(
        "this browser has no WebCodecs; a current Chrome, Edge, Firefox or Safari has",
      );
    }
    const config: VideoDecoderConfig = {
      codec: reel.film.codec,
      description: Uint8Array.from(atob(reel.film.description), (letter) => letter.charCodeAt(0)),
      codedWidth: reel.film.coded_width,
      codedHeight: reel.film.coded_height,
      colorSpace: { matrix: "bt709", primaries: "bt709", transfer: "bt709", fullRange: false },
    };
    if (!(await VideoDecoder.isConfigSupported(config)).supported) {
      throw new Error(`this browser does not decode H.264 (${reel.film.codec})`);
    }
    reel.decoder = new VideoDecoder({
      output: (frame) => reel.sink(frame),
      error: (error) => this.onError(`${reel.film.url}: ${error.message}`),
    });
    reel.decoder.configure(config);
    return reel.decoder;
  }

  private keep(run: Run, k: number, frame: VideoFrame): void {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, frame);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    }
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    }
    const bytes = frame.displayWidth * frame.displayHeight * 4;
    run.textures[k] = texture;
    run.bytes += bytes;
    this.held += bytes;
  }

  private makeRoom(): void {
    const wanted = new Set(
      this.wishes.slice(0, 64).map(({ film, frame }) => {
        const reel = this.reels.get(film);
        return reel ? `${film}/${runOf(reel.starts, reel.film.constant ? 0 : frame)}` : "";
      }),
    );
    const oldest = [...this.runs].sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [key, run] of oldest) {
      if (this.held <= this.room) return;
      if (wanted.has(key)) continue;
      this.release(run);
      this.runs.delete(key);
      this.held -= run.bytes;
    }
  }

  private release(run: Run): void {
    for (const texture of run.textures) this.gl.deleteTexture(texture);
  }
}
