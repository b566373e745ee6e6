import { expect, test } from "vitest";
import {
  asRemap,
  fallsAt,
  keysOf,
  keysThrough,
  snapped,
  turns,
  withKey,
  withKeyMoved,
} from "../src/model/curve";

test("keys are read in frames, whatever form they are written in", () => {
  const keys = keysOf(
    {
      remap: {
        keys: [
          [0, "1s"],
          ["2s", 5, "hold"],
        ],
        curve: "smooth",
      },
    },
    15,
  );
  expect(keys).toEqual([
    { output: 0, source: 15, bend: "smooth" },
    { output: 30, source: 5, bend: "hold" },
  ]);
  expect(asRemap(keys)).toEqual([
    [0, 15, "smooth"],
    [30, 5, "hold"],
  ]);
});

test("a sampled curve is pinned down by its corners alone", () => {
  const times = [0, 1, 2, 3, 3, 3, 3, 4, 5, 6];
  expect(keysThrough(times).map(({ output, source }) => [output, source])).toEqual([
    [0, 0],
    [3, 3],
    [6, 3],
    [9, 6],
  ]);
});

test("a curve keeps its jump, and what shows nothing has no key", () => {
  const keys = keysThrough([null, 5, 6, 7, 2, 3, 4, null]);
  expect(keys.map(({ output, source }) => [output, source])).toEqual([
    [1, 5],
    [3, 7],
    [4, 2],
    [6, 4],
  ]);
});

test("a key stays between its neighbours and inside the clip", () => {
  const keys = keysOf(
    {
      remap: [
        [0, 0],
        [10, 10],
        [20, 20],
      ],
    },
    15,
  );
  expect(withKeyMoved(keys, 1, 25, 99, 20)[1]).toMatchObject({ output: 19, source: 20 });
  expect(withKeyMoved(keys, 1, -3, -1, 20)[1]).toMatchObject({ output: 1, source: 0 });
  expect(withKeyMoved(keys, 2, 500, 3, 20)[2]).toMatchObject({ output: 500, source: 3 });
});

test("a new key takes the place of one at its frame, and bends as the one before", () => {
  const keys = keysOf(
    {
      remap: [
        [0, 0, "smooth"],
        [10, 10],
      ],
    },
    15,
  );
  const [added, index] = withKey(keys, 4, 7);
  expect(index).toBe(1);
  expect(added[1]).toEqual({ output: 4, source: 7, bend: "smooth" });
  expect(withKey(keys, 10, 3)[0]).toHaveLength(2);
});

test("a motion turns at hills and valleys, not at jitter", () => {
  const signal = Array.from({ length: 40 }, (_, t) => Math.sin((t * Math.PI) / 10));
  expect(turns(signal)).toEqual([5, 15, 25, 35]);
  expect(turns(signal.map((_, t) => 0.01 * (t % 2)))).toEqual([]);
});

test("snapping reaches so far and no farther", () => {
  expect(snapped(12, [3, 14], 2)).toBe(14);
  expect(snapped(11.9, [3, 14], 2)).toBe(11.9);
});

test("a moment falls where a curve first comes nearest to it", () => {
  expect(fallsAt([0, 2, 4, 2, 0], 1.8)).toBe(1);
  expect(fallsAt([null, 5, 5, 5], 5)).toBe(1);
});
