/** The clock of playback: at the clip's own rate, waiting where frames have yet to come. */

import type { Session } from "../model/session";
import type { Screen } from "./screen";
import { Sound } from "./sound";

export class Player {
  /** Frames shown, and those left out since they came too late, since playback began. */
  shown = 0;
  late = 0;
  private origin = { frame: 0, at: 0 };
  private running = false;
  private readonly sound: Sound;

  constructor(
    private readonly session: Session,
    private readonly screen: Screen,
  ) {
    this.sound = new Sound(session);
    session.listen(() => this.follow());
  }

  private follow(): void {
    const { playing } = this.session.look;
    if (!playing || this.running) return;
    this.running = true;
    this.shown = this.late = 0;
    const { frame } = this.session.look;
    const { from, to } = this.stretch();
    const first = frame < from || frame >= to - 1 ? from : frame;
    if (first !== frame) this.session.see({ frame: first });
    this.begin(first, performance.now());
    requestAnimationFrame((now) => this.tick(now));
  }

  private tick(now: number): void {
    const { session } = this;
    if (!session.look.playing) {
      this.running = false;
      this.sound.stop();
      return;
    }
    requestAnimationFrame((next) => this.tick(next));
    const { frame } = session.look;
    const { from, to } = this.stretch();
    const fps = session.clip.fps;
    const passed = this.origin.frame + Math.floor(((now - this.origin.at) * fps) / 1000 + 1e-6);
    // Someone scrubbed, or the stretch was changed: go on from there.
    if (frame < from || frame >= to || passed < frame) {
      this.begin(Math.min(Math.max(frame, from), to - 1), now);
      return;
    }
    if (passed === frame) return;
    const end = passed >= to;
    if (end && !session.look.looping) {
      session.see({ frame: to - 1, playing: false });
      return;
    }
    const next = end ? from + ((passed - to) % (to - from)) : passed;
    if (!this.screen.ready(next)) {
      this.sound.stop();
      this.origin = { frame, at: now - 1000 / fps };
      this.screen.refresh();
      return;
    }
    if (end) this.begin(next, now);
    else this.late += passed - frame - 1;
    this.sound.goOn(next);
    this.shown++;
    session.see({ frame: next });
    this.screen.flush(); // this is the browser's next frame
  }

  private begin(frame: number, at: number): void {
    this.origin = { frame, at };
    this.sound.play(frame);
  }

  private stretch(): { from: number; to: number } {
    const { look, length } = this.session;
    const range = look.range;
    return range && range.to - range.from > 1
      ? { from: range.from, to: Math.min(range.to, length) }
      : { from: 0, to: length };
  }
}
