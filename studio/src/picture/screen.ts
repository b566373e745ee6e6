/** The picture: which frames it needs, and painting them on the page's canvases. */

import type { Clip, Footage } from "../api/client";
import type { Edit } from "../model/edit";
import type { Session } from "../model/session";
import { Compositor, type Ground } from "./compositor";
import {
  alone,
  BACKGROUND,
  type Drawn,
  editedFrame,
  filmedFrame,
  instanceAt,
  layerFilm,
  SOURCE,
} from "./draw_list";
import { Films, type Wish } from "./films";

/** Output frames to have ready ahead of the one shown. */
const AHEAD = 20;
/** Milliseconds after which a picture is taken to be looked at. */
const REST = 150;

/** A frame of an edit as the server has rendered it. */
interface Rendered {
  edit: Edit;
  frame: number;
  picture: ImageBitmap;
}

export class Screen {
  readonly canvas = document.createElement("canvas");
  /** The source, where it is shown beside the result or under it. */
  readonly other = document.createElement("canvas");
  films!: Films;
  onError: (message: string) => void = () => {};
  /** Called after a frame has been painted. */
  onPainted: () => void = () => {};
  /** Frames that someone would like to have once the picture has all it needs. */
  later: () => Wish[] = () => [];
  /** Pictures that flow would move are shown as a mix, until the server has rendered the frame. */
  mixed = false;
  private rendered: Rendered | null = null;
  private asked: Omit<Rendered, "picture"> | null = null;
  private resting = 0;
  private gl!: WebGL2RenderingContext;
  private compositor!: Compositor;
  private pending = true;
  private shownOnce = false;
  private scheduled = 0;
  private onCanvas = ""; // what it shows, in words to compare; empty: something else
  private otherFrame = -1;

  constructor(private readonly session: Session) {
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.load(session.footage));
  }

  /** Start from some footage, or start anew from other. */
  load(footage: Footage): void {
    const { clip, client } = this.session;
    for (const canvas of [this.canvas, this.other]) {
      if (canvas.width !== clip.width) canvas.width = clip.width;
      if (canvas.height !== clip.height) canvas.height = clip.height;
    }
    if (!this.gl) {
      // Thumbnails and the source beside are copied from it before the browser shows it.
      const gl = this.canvas.getContext("webgl2", { alpha: false, antialias: false });
      if (!gl) {
        this.onError("This browser has no WebGL2, which the studio needs to show layers.");
        return;
      }
      this.gl = gl;
      this.films = new Films(gl, (url, range) => client.bytes(url, range));
      this.films.onFrame = () => this.arrived();
      this.films.onError = (message) => this.onError(message);
    }
    this.films.clear();
    const linear = clip.light === "linear";
    this.compositor = new Compositor(this.gl, clip.width, clip.height, linear);
    this.rendered = this.asked = null;
    this.films.add(SOURCE, footage.source);
    this.films.add(BACKGROUND, footage.background);
    footage.layers.forEach((film, k) => {
      this.films.add(layerFilm(k + 1), film);
    });
    this.otherFrame = -1;
    this.onCanvas = "";
    this.refresh();
  }

  /**
   * Show what is looked at now, as soon as its frames are there. It is painted when the browser
   * makes its next frame: once, however much has changed until then.
   */
  refresh(): void {
    this.pending = true;
    this.wish();
    this.schedule();
  }

  /** Paint what is to be shown without waiting for the browser's next frame. */
  flush(): void {
    cancelAnimationFrame(this.scheduled);
    this.scheduled = 0;
    if (this.pending) this.paint();
  }

  /** Paint at once, whatever the canvas shows. */
  repaint(): void {
    this.onCanvas = "";
    this.pending = true;
    this.flush();
  }

  /** Whether what is looked at has yet to be shown. */
  get waiting(): boolean {
    return this.pending;
  }

  /** Whether all that a frame needs is there. */
  ready(frame: number): boolean {
    return this.needed(frame).every((wish) => this.films.texture(wish.film, wish.frame) !== null);
  }

  /** Paint a layer's frame alone, and leave the canvas to be copied; false if it has yet to come. */
  paintAlone(layer: number, frame: number): boolean {
    this.onCanvas = "";
    return this.compositor.paint(this.films, [alone(layerFilm(layer), frame)], "checkered");
  }

  private schedule(): void {
    this.scheduled ||= requestAnimationFrame(() => this.flush());
  }

  private arrived(): void {
    if (this.pending) this.schedule();
  }

  private paint(): void {
    if (!this.compositor) return;
    const { look } = this.session;
    const [drawn, ground] = this.shown(look.frame);
    const flows = drawn.some((one) => one.flow);
    const wanted = flows ? "" : JSON.stringify([drawn, ground, this.otherShown()]);
    if (!wanted || wanted !== this.onCanvas) {
      if (!this.paintOther() || !this.paintShown(drawn, ground, flows)) return;
      this.onCanvas = wanted;
    }
    this.pending = false;
    if (!this.shownOnce) performance.mark("retime:shown");
    this.shownOnce = true;
    this.onPainted();
  }

  /** Return the frame of the source to be seen beside the result or under it; -1: none. */
  private otherShown(): number {
    const { look, sourceFrame } = this.session;
    return look.view === "beside" || look.view === "wipe" ? sourceFrame : -1;
  }

  /** Copy the source onto the canvas of its own; false if not all of the picture is there. */
  private paintOther(): boolean {
    const frame = this.otherShown();
    if (frame === this.otherFrame) return true;
    if (frame >= 0) {
      // Not before all is there, or the source would be seen in the result's place.
      if (!this.ready(this.session.look.frame)) return false;
      this.compositor.paint(this.films, [alone(SOURCE, frame)]);
      this.onCanvas = "";
      this.other.getContext("2d")!.drawImage(this.canvas, 0, 0);
    }
    this.otherFrame = frame;
    return true;
  }

  /** Paint the picture; false if not all of its frames are there. */
  private paintShown(drawn: Drawn[], ground: Ground, flows: boolean): boolean {
    const { look, currentEdit } = this.session;
    const { rendered } = this;
    const known = rendered?.edit === currentEdit && rendered.frame === look.frame;
    const whole = look.view === "result" || look.view === "beside" || look.view === "wipe";
    if (flows && whole && known) this.compositor.paintPicture(rendered.picture);
    else if (!this.compositor.paint(this.films, drawn, ground)) return false;
    this.mixed = flows && !(whole && known);
    clearTimeout(this.resting);
    if (this.mixed && whole && !look.playing)
      this.resting = window.setTimeout(() => this.renderExactly(look.frame), REST);
    return true;
  }

  /** Have the frame looked at rendered by the server, since flow is found there alone. */
  private async renderExactly(frame: number): Promise<void> {
    const edit = this.session.currentEdit;
    if (this.asked?.edit === edit && this.asked.frame === frame) return;
    this.asked = { edit, frame };
    try {
      const png = await this.session.client.picture(edit, frame);
      const picture = await createImageBitmap(new Blob([png], { type: "image/png" }));
      this.rendered?.picture.close();
      this.rendered = { edit, frame, picture };
      this.refresh();
    } catch (error) {
      this.session.say("error", (error as Error).message);
    }
  }

  /** Return what a frame shows in the view chosen. */
  private shown(frame: number): [Drawn[], Ground] {
    const { clip, map, look } = this.session;
    const source = look.mode === "correct" ? frame : nearest(map.background_time[frame], clip);
    switch (look.view) {
      case "source":
        return [[alone(SOURCE, source)], "black"];
      case "background":
        return [[alone(BACKGROUND, source)], "black"];
      case "layer":
      case "matte":
        return [this.layerShown(frame, source), look.view === "matte" ? "matte" : "checkered"];
      default:
        if (look.mode === "correct") return [filmedFrame(clip, source), "black"];
        return [editedFrame(clip, map, frame), "black"];
    }
  }

  private layerShown(frame: number, source: number): Drawn[] {
    const { clip, map, look } = this.session;
    const number = look.layer ?? clip.layers[0]?.number;
    if (number === undefined) return [];
    if (look.mode === "correct") return [alone(layerFilm(number), source)];
    return map.instances.flatMap((instance, index) => {
      const drawn = instance.layer === number ? instanceAt(clip, map, index, frame) : null;
      return drawn ? [drawn] : [];
    });
  }

  private needed(frame: number): Wish[] {
    const { clip, map, look } = this.session;
    const wishes = this.shown(frame)[0].flatMap(({ sheets }) => sheets as Wish[]);
    if (look.view === "beside" || look.view === "wipe") {
      const source = look.mode === "correct" ? frame : nearest(map.background_time[frame], clip);
      wishes.push({ film: SOURCE, frame: source });
    }
    return wishes;
  }

  private wish(): void {
    if (!this.films) return;
    const { look, length } = this.session;
    const wishes = this.needed(look.frame);
    const { from, to } = look.range ?? { from: 0, to: length };
    for (let k = 1; k <= AHEAD; k++) {
      const frame =
        look.frame + k < to ? look.frame + k : from + ((look.frame + k - to) % (to - from));
      wishes.push(...this.needed(Math.min(frame, length - 1)));
    }
    this.films.want(look.playing ? wishes : [...wishes, ...this.later()]);
  }
}

function nearest(time: number, clip: Clip): number {
  return Math.min(Math.floor(time + 0.5), clip.frames - 1);
}
