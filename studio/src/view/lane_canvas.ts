/** What is drawn in a lane: the film strip, the motion, and the curve of the lane chosen. */

import type { Thumbnails } from "../picture/thumbnails";
import { THUMBNAIL_HEIGHT } from "../picture/thumbnails";

export const STRIP = THUMBNAIL_HEIGHT + 2; // heights in CSS pixels
export const MOTION = 30;
export const CURVE = 132;
const PAD = 10; // above and below the curve

export interface Lane {
  layer: number;
  colour: string;
  times: (number | null)[] | null; // shown at each frame; null: nothing at any
  motion: number[]; // of the source
  frames: number; // of the source
  chosen: boolean; // with its curve
  marks: { frame: number; kind: "joints" | "trimap" }[]; // corrected frames
}

/** Return the height of a lane. */
export function laneHeight(chosen: boolean, curved: boolean): number {
  return STRIP + MOTION + (chosen && curved ? CURVE : 0);
}

/** Return where a frame's middle lies across a lane. */
export function across(frame: number, length: number, width: number): number {
  return ((frame + 0.5) / length) * width;
}

/** Return the frame at a place, as a fraction: whole numbers are the middles of frames. */
export function frameAt(x: number, length: number, width: number): number {
  return (x / width) * length - 0.5;
}

/** Return where a source moment lies down a lane's curve. */
export function down(moment: number, frames: number): number {
  const room = CURVE - 2 * PAD;
  return STRIP + MOTION + PAD + (1 - moment / Math.max(1, frames - 1)) * room;
}

export function momentAt(y: number, frames: number): number {
  const room = CURVE - 2 * PAD;
  return (1 - (y - STRIP - MOTION - PAD) / room) * Math.max(1, frames - 1);
}

/** What was drawn last, so that a lane that nothing has changed is left alone. */
const drawnOn = new WeakMap<HTMLCanvasElement, string>();

export function drawLane(canvas: HTMLCanvasElement, lane: Lane, thumbnails: Thumbnails): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const dense = devicePixelRatio;
  const drawn = JSON.stringify([lane, width, height, dense, thumbnails.made]);
  if (!width || drawnOn.get(canvas) === drawn) return;
  drawnOn.set(canvas, drawn);
  canvas.width = Math.round(width * dense);
  canvas.height = Math.round(height * dense);
  // Small and redrawn at every touch: quicker without the GPU's help.
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.scale(dense, dense);
  strip(context, lane, width, thumbnails);
  motion(context, lane, width);
  if (lane.chosen) curve(context, lane, width);
}

function strip(
  context: CanvasRenderingContext2D,
  { times, layer, marks }: Lane,
  width: number,
  thumbnails: Thumbnails,
): void {
  context.fillStyle = "#0b0c0d";
  context.fillRect(0, 0, width, STRIP);
  if (!times) {
    hatch(context, 0, width);
    return;
  }
  const some = thumbnails.nearest(layer, 0);
  const each = some ? (some.width / some.height) * THUMBNAIL_HEIGHT : THUMBNAIL_HEIGHT;
  const count = Math.max(1, Math.round(width / each));
  for (let k = 0; k < count; k++) {
    const left = (k * width) / count;
    const frame = Math.min(times.length - 1, Math.floor(((k + 0.5) * times.length) / count));
    const moment = times[frame];
    const picture = moment === null ? null : thumbnails.nearest(layer, moment);
    if (picture) context.drawImage(picture, left, 1, width / count - 1, THUMBNAIL_HEIGHT);
    else if (moment !== null) {
      context.fillStyle = "#16181b";
      context.fillRect(left, 1, width / count - 1, THUMBNAIL_HEIGHT);
    }
  }
  let gap: number | null = null;
  for (let t = 0; t <= times.length; t++) {
    const nothing = t < times.length && times[t] === null;
    if (nothing && gap === null) gap = t;
    if (!nothing && gap !== null) {
      hatch(context, (gap / times.length) * width, (t / times.length) * width);
      gap = null;
    }
  }
  for (const { frame, kind } of marks) {
    const x = across(frame, times.length, width);
    context.fillStyle = kind === "joints" ? "#e8b04b" : "#7fb98a";
    context.beginPath();
    context.arc(x, kind === "joints" ? 6 : STRIP - 6, 3.5, 0, 7);
    context.fill();
  }
}

function hatch(context: CanvasRenderingContext2D, from: number, to: number): void {
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, STRIP);
  context.clip();
  context.fillStyle = "#0b0c0dd0";
  context.fillRect(from, 0, to - from, STRIP);
  context.strokeStyle = "#26292e";
  context.beginPath();
  for (let x = from - STRIP; x < to; x += 9) {
    context.moveTo(x, STRIP);
    context.lineTo(x + STRIP, 0);
  }
  context.stroke();
  context.restore();
}

function motion(context: CanvasRenderingContext2D, lane: Lane, width: number): void {
  const { times, motion: signal, colour } = lane;
  context.fillStyle = "#141619";
  context.fillRect(0, STRIP, width, MOTION);
  if (!times || !signal.length) return;
  const low = Math.min(...signal);
  const spread = Math.max(...signal) - low || 1;
  const bottom = STRIP + MOTION - 4;
  const height = (t: number) => {
    const moment = times[t];
    if (moment === null) return null;
    const first = Math.min(Math.floor(moment), signal.length - 1);
    const next = Math.min(first + 1, signal.length - 1);
    const value = signal[first] + (moment - first) * (signal[next] - signal[first]);
    return bottom - ((value - low) / spread) * (MOTION - 9);
  };
  const line = new Path2D();
  let drawing = false;
  for (let t = 0; t < times.length; t++) {
    const y = height(t);
    if (y === null) drawing = false;
    else {
      const x = across(t, times.length, width);
      if (drawing) line.lineTo(x, y);
      else line.moveTo(x, y);
      drawing = true;
    }
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.globalAlpha = lane.chosen ? 1 : 0.75;
  context.stroke(line);
  context.globalAlpha = 1;
}

function curve(context: CanvasRenderingContext2D, lane: Lane, width: number): void {
  const { times, frames, colour } = lane;
  const top = STRIP + MOTION;
  context.fillStyle = "#101215";
  context.fillRect(0, top, width, CURVE);
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => frames / one <= 5) ?? 1000;
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (let moment = 0; moment < frames; moment += step) {
    const y = Math.round(down(moment, frames)) + 0.5;
    context.fillStyle = "#1d2024";
    context.fillRect(0, y - 0.5, width, 1);
    context.fillStyle = "#6b7178";
    context.fillText(String(moment), 6, y - 6);
  }
  if (!times) return;
  const count = times.length;
  context.strokeStyle = "#34383e";
  context.setLineDash([3, 4]);
  context.beginPath(); // as filmed
  context.moveTo(across(0, count, width), down(0, frames));
  const last = Math.min(count, frames) - 1;
  context.lineTo(across(last, count, width), down(last, frames));
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  times.forEach((moment, t) => {
    if (moment === null) {
      drawing = false;
      return;
    }
    const [x, y] = [across(t, count, width), down(moment, frames)];
    if (drawing) context.lineTo(x, y);
    else context.moveTo(x, y);
    drawing = true;
  });
  context.stroke();
}
