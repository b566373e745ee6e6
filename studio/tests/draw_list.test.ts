import { expect, test } from "vitest";
import type { Clip, TimeMap } from "../src/api/client";
import { inverse, outputToLayer, times } from "../src/picture/camera";
import { editedFrame, filmedFrame, framesAt, instanceAt } from "../src/picture/draw_list";
import { runOf } from "../src/picture/films";

const shifted = (x: number) => [
  [1, 0, x],
  [0, 1, 0],
  [0, 0, 1],
];
const clip = {
  width: 320,
  height: 180,
  source_width: 640,
  source_height: 360,
  homographies: [shifted(0), shifted(4), shifted(8)],
  back_to_front: [
    [2, 1],
    [1, 2],
    [1, 2],
  ],
} as unknown as Clip;
const instance = (layer: number, time: number | null, depth: number, more = {}) => ({
  name: "",
  layer,
  source_time: [time],
  offset: [[0, 0]],
  opacity: [1],
  depth: [depth],
  between: "nearest",
  ...more,
});
const map = (instances: object[], background = 0) =>
  ({
    instances,
    background_time: [background],
    background_between: "nearest",
  }) as unknown as TimeMap;

test("instances lie back to front by depth, over the background; who shows nothing is not drawn", () => {
  const drawn = editedFrame(
    clip,
    map([
      instance(1, 0, 3),
      instance(2, 0, 1),
      instance(1, 0, 2, { opacity: [0] }),
      instance(2, null, 9),
      instance(2, 1, 3),
    ]),
    0,
  );
  expect(drawn.map(({ sheets }) => `${sheets[0].film} ${sheets[0].frame}`)).toEqual([
    "background 0",
    "layer 2 0",
    "layer 1 0",
    "layer 2 1",
  ]);
});

test("what flow would move is told from what is mixed, and from what is on a frame", () => {
  const drawn = editedFrame(
    clip,
    map([
      instance(1, 0.5, 1, { between: "flow" }),
      instance(1, 0.5, 2, { between: "blend" }),
      instance(1, 1, 3, { between: "flow" }),
    ]),
    0,
  );
  expect(drawn.map((one) => one.flow ?? false)).toEqual([false, true, false, false]);
});

test("a source frame has its own order", () => {
  const films = filmedFrame(clip, 0).map(({ sheets }) => sheets[0].film);
  expect(films).toEqual(["background", "layer 2", "layer 1"]);
});

test("of two frames equally near the later is shown, and close to one is on it", () => {
  expect(framesAt(2.5, "nearest")).toEqual([3, 0]);
  expect(framesAt(2.25, "blend")).toEqual([2, 0.25]);
  expect(framesAt(2.99995, "blend")).toEqual([3, 0]);
});

test("a layer from another frame stays on the ground under a moving camera", () => {
  // The camera of frame 2 has gone 8 pixels to the right: what stood at 20 in frame 0 is at 12.
  const [sheet] = instanceAt(clip, map([instance(1, 0, 1)], 2), 0, 0)!.sheets;
  const [a, , c] = sheet.toLayer!;
  expect(a * 12 + c).toBeCloseTo(20);
});

test("a displacement is in pixels of the source", () => {
  const moved = instance(1, 1, 1, { offset: [[10, 0]] });
  const [sheet] = instanceAt(clip, map([moved], 1), 0, 0)!.sheets;
  expect(sheet.toLayer![2]).toBeCloseTo(-5);
});

test("no motion is no resampling", () => {
  const [sheet] = instanceAt(clip, map([instance(1, 1, 1)], 1), 0, 0)!.sheets;
  expect(sheet.toLayer).toBeNull();
  expect(outputToLayer([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1], 0, 0)).toBeNull();
});

test("a homography times its inverse is none", () => {
  const m = [1.1, 0.2, 5, -0.1, 0.9, 3, 1e-4, 2e-4, 1];
  times(m, inverse(m)).forEach((value, k) => {
    expect(value).toBeCloseTo(k % 4 ? 0 : 1);
  });
});

test("a frame is in the run that begins at it or before", () => {
  expect([0, 11, 12, 30].map((frame) => runOf([0, 12, 24], frame))).toEqual([0, 0, 1, 2]);
});
