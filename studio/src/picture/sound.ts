/** Sound in playback: as the edit says, or as the layer chosen is retimed, like a tape. */

import type { Session } from "../model/session";

/**
 * Return sound at other times: slower is lower, what stands still or shows nothing is silent.
 * @param source samples of the clip's sound from its first frame on
 * @param perFrame samples of a frame
 * @param times source frames at each output frame
 */
export function retimedSound(
  source: Float32Array,
  perFrame: number,
  times: (number | null)[],
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(Math.round(times.length * perFrame));
  times.forEach((here, t) => {
    if (here === null) return;
    // At an end it goes on as it came.
    const next = times[t + 1] ?? 2 * here - (times[t - 1] ?? here - 1);
    if (here === next) return;
    // A leap is no very fast play: the sound goes on from where it lands.
    const speed = Math.abs(next - here) > 4 ? 1 : next - here;
    const end = Math.min(out.length, Math.round((t + 1) * perFrame));
    for (let k = Math.round(t * perFrame); k < end; k++) {
      const place = here * perFrame + (k - t * perFrame) * speed;
      const before = Math.floor(place);
      const a = source[before] ?? 0;
      out[k] = a + (place - before) * ((source[before + 1] ?? 0) - a);
    }
  });
  return out;
}

export class Sound {
  private context: AudioContext | null = null;
  private recording: Promise<AudioBuffer> | null = null;
  private playing: AudioBufferSourceNode | null = null;
  private wanted = false;

  constructor(private readonly session: Session) {}

  /** Play from an output frame on, in place of what plays. */
  play(frame: number): void {
    this.stop();
    const { clip, client } = this.session;
    if (!clip.sound) return;
    this.wanted = true;
    const { url } = clip.sound;
    this.context ??= new AudioContext();
    this.recording ??= client.bytes(url).then((data) => this.context!.decodeAudioData(data));
    this.recording
      .then((recording) => this.wanted && !this.playing && this.start(recording, frame))
      .catch((error: Error) => this.session.say("error", `The sound: ${error.message}`));
  }

  /** Begin again at an output frame if nothing plays after a wait. */
  goOn(frame: number): void {
    if (!this.wanted && this.session.clip.sound) this.play(frame);
  }

  stop(): void {
    this.wanted = false;
    this.playing?.stop();
    this.playing = null;
  }

  private start(recording: AudioBuffer, frame: number): void {
    const { session } = this;
    const context = this.context!;
    const { layer, mode } = session.look;
    const chosen = layer === null ? null : session.times(layer);
    const filmed = Array.from({ length: session.clip.frames }, (_, t) => t);
    const times = mode === "correct" ? filmed : (chosen ?? session.map.sound_time);
    const perFrame = recording.sampleRate / session.clip.fps;
    const channels = Array.from({ length: recording.numberOfChannels }, (_, k) =>
      retimedSound(recording.getChannelData(k), perFrame, times),
    );
    const buffer = context.createBuffer(channels.length, channels[0].length, recording.sampleRate);
    channels.forEach((samples, k) => {
      buffer.copyToChannel(samples, k);
    });
    this.playing = context.createBufferSource();
    this.playing.buffer = buffer;
    this.playing.connect(context.destination);
    this.playing.start(0, frame / session.clip.fps);
  }
}
