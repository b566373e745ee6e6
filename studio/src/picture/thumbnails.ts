/** Small pictures of layers, made while nothing plays. */

import type { Session } from "../model/session";
import { layerFilm } from "./draw_list";
import type { Wish } from "./films";
import type { Screen } from "./screen";

/** Pictures across a clip: a lane shows the nearest of these to each moment. */
const ACROSS = 24;
const ASPECT = 1.15;
export const THUMBNAIL_HEIGHT = 46;

export class Thumbnails {
  /** Called when there are more than before. */
  onMore: () => void = () => {};
  /** How many have been made; another number, other pictures. */
  made = 0;
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private scheduled = false;

  constructor(
    private readonly session: Session,
    private readonly screen: Screen,
  ) {
    screen.later = () => this.wishes();
  }

  /** Forget all, after the footage was made anew. */
  clear(): void {
    this.pictures.clear();
    this.schedule();
  }

  /** Return the thumbnail nearest to a moment of a layer, if it is there already. */
  nearest(layer: number, moment: number): HTMLCanvasElement | null {
    return this.pictures.get(`${layer}/${this.nearestFrame(moment)}`) ?? null;
  }

  nearestFrame(moment: number): number {
    const step = this.step();
    const last = Math.floor((this.session.clip.frames - 1) / step) * step;
    return Math.min(Math.round(moment / step) * step, last);
  }

  /** Make those whose frames are there, soon. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.make();
    }, 60);
  }

  private make(): void {
    if (this.session.look.playing) return;
    const started = performance.now();
    const before = this.made;
    let painted = false;
    for (const { film, frame } of this.wishes()) {
      if (!this.screen.films?.texture(film, frame)) continue;
      if (performance.now() - started > 30) {
        this.schedule();
        break;
      }
      const layer = Number(film.slice(film.lastIndexOf(" ") + 1));
      painted = this.screen.paintAlone(layer, frame) || painted;
      this.pictures.set(`${layer}/${frame}`, this.cropped(layer, frame));
      this.made++;
    }
    if (painted) this.screen.repaint(); // before anyone sees what was painted in between
    if (this.made > before) this.onMore();
  }

  /** Copy the part of the picture in which the layer's people are in this frame. */
  private cropped(layer: number, frame: number): HTMLCanvasElement {
    const { clip, tracks } = this.session;
    const people = tracks!.people.filter((person) => person.layer === layer);
    const boxes = people.flatMap((person) => person.box.filter((box) => box !== null));
    const here = people.flatMap(({ box }) => (box[frame] ? [box[frame]] : []));
    const scale = clip.height / clip.source_height;
    const [top, bottom] = boxes.length
      ? [Math.min(...boxes.map((box) => box[1])), Math.max(...boxes.map((box) => box[3]))]
      : [0, clip.source_height];
    // As high as the highest jump and the lowest foot, so that a jump shows as one.
    const y = Math.max(0, (top - 0.12 * (bottom - top)) * scale);
    const height = Math.min(clip.height - y, 1.3 * (bottom - top) * scale);
    const width = Math.min(clip.width, height * ASPECT);
    const middle = here.length
      ? (Math.min(...here.map((box) => box[0])) + Math.max(...here.map((box) => box[2]))) / 2
      : clip.source_width / 2;
    const x = Math.min(Math.max(0, middle * scale - width / 2), clip.width - width);
    const picture = document.createElement("canvas");
    picture.height = THUMBNAIL_HEIGHT * Math.min(2, devicePixelRatio);
    picture.width = Math.round((picture.height * width) / height);
    const context = picture.getContext("2d", { willReadFrequently: true })!; // drawn on lanes
    context.imageSmoothingQuality = "high";
    const { canvas } = this.screen;
    context.drawImage(canvas, x, y, width, height, 0, 0, picture.width, picture.height);
    return picture;
  }

  private wishes(): Wish[] {
    if (!this.session.tracks) return [];
    const wishes: Wish[] = [];
    for (let frame = 0; frame < this.session.clip.frames; frame += this.step()) {
      for (const { number } of this.session.clip.layers) {
        if (!this.pictures.has(`${number}/${frame}`))
          wishes.push({ film: layerFilm(number), frame });
      }
    }
    return wishes;
  }

  private step(): number {
    return Math.max(1, Math.ceil(this.session.clip.frames / ACROSS));
  }
}
