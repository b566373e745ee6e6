import { expect, test } from "vitest";
import type { Person } from "../src/api/client";
import { orderAt, withOrder, withPersonPlaced } from "../src/model/choices";
import { jointPath, withJoint } from "../src/model/joints";
import { paintedFrames, rasterise, type Stroke, strokesOn } from "../src/model/paint";
import { withStrokes } from "../src/model/trimaps";
import { inWords, withEntry, withoutEntry } from "../src/model/who";

const choices = { layers: [], ignore: [], order: [] };
const layers = [
  { name: "ann", people: [1] },
  { name: "ben", people: [2, 3] },
];

test("an order takes the place of what it covers, and no more", () => {
  const whole = withOrder(choices, [0, 59], ["ann", "ben"], 60);
  const cut = withOrder(whole, [20, 29], ["ben", "ann"], 60);
  expect(cut.order.map((one) => one.frames)).toEqual([
    [0, 19],
    [20, 29],
    [30, 59],
  ]);
  expect(orderAt(cut, 25, ["ann", "ben"])).toEqual(["ben", "ann"]);
  expect(orderAt(cut, 30, ["ben", "ann"])).toEqual(["ann", "ben"]);
});

test("a person goes to another layer, and an empty layer goes", () => {
  const merged = withPersonPlaced(choices, layers, 1, "ben");
  expect(merged.layers).toEqual([{ name: "ben", people: [1, 2, 3] }]);
  const ignored = withPersonPlaced(choices, layers, 3, "ignored");
  expect(ignored.layers).toEqual([layers[0], { name: "ben", people: [2] }]);
  expect(ignored.ignore).toEqual([3]);
});

const person = {
  id: 7,
  joints: [0, 10, 20, 30, 40].map((x) => [[x, 0]]),
  origin: [[1], [2], [2], [2], [1]],
} as unknown as Person;

test("between a corrected joint and the next observed one it lies on a line", () => {
  const said = withJoint([], 7, 2, "nose", [40, 8]);
  const path = jointPath(person, 0, "nose", said).map((shown) => shown!.at);
  expect(path).toEqual([
    [0, 0],
    [20, 4],
    [40, 8],
    [40, 4],
    [40, 0],
  ]);
});

test("a correction is replaced, taken back, and leaves those of other joints", () => {
  let said = withJoint([], 7, 2, "nose", [1, 1]);
  said = withJoint(said, 7, 2, "left_eye", null);
  said = withJoint(said, 7, 2, "nose", [2, 2]);
  expect(said).toEqual([{ person: 7, frame: 2, keypoints: { nose: [2, 2], left_eye: null } }]);
  expect(withJoint(said, 7, 2, "nose", undefined)).toEqual([
    { person: 7, frame: 2, keypoints: { left_eye: null } },
  ]);
});

test("strokes paint discs along a line, with hard edges, on their own frames", () => {
  const stroke = { layer: "ann", first: 3, last: 5, value: 255, radius: 1 } as const;
  const strokes = [
    {
      ...stroke,
      points: [
        [1, 1],
        [3, 1],
      ] as [number, number][],
    },
  ];
  const trimap = new Uint8ClampedArray(6 * 3);
  rasterise(trimap, 6, 3, strokesOn(strokes, "ann", 4), [1, 1]);
  expect([...trimap].map((value) => (value ? 1 : 0)).join("")).toBe("011100" + "111110" + "011100");
  expect(strokesOn(strokes, "ann", 6)).toEqual([]);
  expect(paintedFrames(strokes, "ann")).toEqual([3, 4, 5]);
});

test("a trimap smaller than the footage is painted in its own pixels", () => {
  const dot = { layer: "ann", first: 0, last: 0, value: 128, radius: 1.2 } as const;
  const trimap = new Uint8ClampedArray(9);
  rasterise(trimap, 3, 3, [{ ...dot, points: [[2.5, 2.5]] }], [0.5, 0.5]);
  expect([...trimap]).toEqual([0, 0, 0, 0, 128, 0, 0, 0, 0]);
});

test("a trimap is automatic but for what a file or a stroke paints", () => {
  // Three pixels: found 128 0 255, of which the file paints the middle one 255.
  const picture = (...rgba: number[][]) =>
    ({ width: 3, height: 1, data: Uint8ClampedArray.from(rgba.flat()) }) as ImageData;
  const found = picture([128, 128, 128, 255], [0, 0, 0, 255], [255, 255, 255, 255]);
  const file = picture([0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 0]);
  const stroke = { value: 0, radius: 0.4, points: [[2, 0]] } as unknown as Stroke;
  const drafted = withStrokes(found, file, [stroke], [1, 1]);
  expect([...drafted.values]).toEqual([128, 255, 0]);
  expect([...drafted.painted]).toEqual([0, 255, 255]);
  // The stroke undone, the file says what it said.
  expect([...withStrokes(found, file, [], [1, 1]).painted]).toEqual([0, 255, 0]);
});

test("joints that were put right go with their people, and come back", () => {
  const joint = (one: number, frame: number) => ({ person: one, frame, keypoints: { nose: null } });
  const said = [joint(1, 4), joint(2, 9)];
  const people = (all: object[]) =>
    all.flatMap((one) => ("person" in one ? [(one as { person: number }).person] : []));
  const changed: [object, number[], number[]][] = [
    [{ split: 2, frame: 9, into: 5 }, [1, 5], [1, 2]],
    [{ split: 2, frame: 10, into: 5 }, [1, 2], [1, 2]],
    [{ swap: [1, 2], frame: 5 }, [1, 1], [1, 2]],
    [{ rename: 1, to: 7 }, [7, 2], [1, 2]],
    [{ merge: [1, 2] }, [1, 1], [1, 1]],
    [{ drop: 2, frames: [0, 8] }, [1, 2], [1, 2]],
    [{ drop: 2 }, [1], [1]],
  ];
  for (const [entry, after, back] of changed) {
    const now = withEntry(said, entry as Record<string, unknown>);
    expect(people(now), inWords(entry as Record<string, unknown>)).toEqual(after);
    expect(people(withoutEntry(now, now.length - 1))).toEqual(back);
  }
});
