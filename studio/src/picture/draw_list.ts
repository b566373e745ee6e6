/** What one output frame is made of: the films' frames to draw, back to front, as `render` does. */

import type { Clip, TimeMap } from "../api/client";
import { between, type Matrix, outputToLayer } from "./camera";

/** Less than this from a frame is that frame. */
const ON_A_FRAME = 1e-4;

export interface Sheet {
  film: string;
  frame: number;
  toLayer: Matrix | null; // pixels of the output to pixels of the film; null: the same
}

export interface Drawn {
  sheets: Sheet[]; // one, or two to be mixed
  share: number; // of the second
  opacity: number;
  flow?: boolean; // to be moved along the optical flow, which is drawn as a mix
}

export const SOURCE = "source";
export const BACKGROUND = "background";

export function layerFilm(number: number): string {
  return `layer ${number}`;
}

/** Return the source frame nearest to a time, the later of two. */
export function nearestFrame(time: number): number {
  return Math.floor(time + 0.5);
}

/** Return the frame shown at a time, and how much of the way to the next; mostly 0. */
export function framesAt(time: number, how: string): [number, number] {
  if (how === "nearest" || Math.abs(time - Math.round(time)) < ON_A_FRAME) {
    return [nearestFrame(time), 0];
  }
  return [Math.floor(time), time - Math.floor(time)];
}

/** Return what the edit shows at output frame `t`: the background, then instances back to front. */
export function editedFrame(clip: Clip, map: TimeMap, t: number): Drawn[] {
  const visible = map.instances
    .map((instance, index) => ({ instance, index }))
    .filter(({ instance }) => instance.source_time[t] !== null && instance.opacity[t] > 0)
    .sort((a, b) => a.instance.depth[t] - b.instance.depth[t] || a.index - b.index);
  return [
    backgroundAt(map.background_time[t], map.background_between),
    ...visible.map(({ index }) => instanceAt(clip, map, index, t)!),
  ];
}

/** Return one instance as output frame `t` shows it; null if it does not. */
export function instanceAt(clip: Clip, map: TimeMap, index: number, t: number): Drawn | null {
  const instance = map.instances[index];
  const time = instance.source_time[t];
  if (time === null) return null;
  const [first, share] = framesAt(time, instance.between);
  const camera = cameraAt(clip, map.background_time[t], map.background_between);
  const [x, y] = instance.offset[t];
  const dx = (x * clip.width) / clip.source_width;
  const dy = (y * clip.height) / clip.source_height;
  const frames = share ? [first, first + 1] : [first];
  return {
    sheets: frames.map((frame) => ({
      film: layerFilm(instance.layer),
      frame,
      toLayer: outputToLayer(homography(clip, frame), camera, dx, dy),
    })),
    share,
    opacity: instance.opacity[t],
    flow: share > 0 && instance.between === "flow",
  };
}

/** Return all layers of one source frame in their order, over its background. */
export function filmedFrame(clip: Clip, frame: number): Drawn[] {
  return [
    backgroundAt(frame, "nearest"),
    ...clip.back_to_front[frame].map((number) => alone(layerFilm(number), frame)),
  ];
}

export function backgroundAt(time: number, how: string): Drawn {
  const [first, share] = framesAt(time, how);
  const frames = share ? [first, first + 1] : [first];
  return {
    sheets: frames.map((frame) => ({ film: BACKGROUND, frame, toLayer: null })),
    share,
    opacity: 1,
    flow: share > 0 && how === "flow",
  };
}

export function alone(film: string, frame: number): Drawn {
  return { sheets: [{ film, frame, toLayer: null }], share: 0, opacity: 1 };
}

function cameraAt(clip: Clip, time: number, how: string): Matrix {
  const [first, share] = framesAt(time, how);
  const here = homography(clip, first);
  return share ? between(here, homography(clip, first + 1), share) : here;
}

function homography(clip: Clip, frame: number): Matrix {
  return clip.homographies[frame].flat();
}
