import { expect, test } from "vitest";
import { type Box, inverse, joined, seenIn } from "../src/picture/camera";

const part: Box = [10, 20, 30, 40];

test("what is not resampled is seen where it lies, as far as the picture goes", () => {
  expect(seenIn(part, null, 100, 100)).toEqual(part);
  expect(seenIn(part, null, 25, 30)).toEqual([10, 20, 25, 30]);
  expect(seenIn(part, null, 10, 100)).toBeNull();
});

test("what is resampled is seen as far as the kernel reaches", () => {
  // Displaced by 5 to the right; of pixel 9.5 the kernel takes in 8 to 11.
  const displaced = [1, 0, -5, 0, 1, 0, 0, 0, 1];
  expect(seenIn(part, displaced, 100, 100)).toEqual([13, 18, 37, 42]);
  // Twice as large: pixels 8 to 31 of the layer are seen from 16 to 62.
  const doubled = inverse([2, 0, 0, 0, 2, 0, 0, 0, 1]);
  expect(seenIn(part, doubled, 100, 100)).toEqual([16, 36, 63, 83]);
  expect(seenIn(part, [1, 0, 50, 0, 1, 0, 0, 0, 1], 100, 100)).toBeNull();
});

test("what reaches the horizon may be seen anywhere", () => {
  // Rows of the layer below 25 lie behind the camera.
  const tilted = inverse([1, 0, 0, 0, 1, 0, 0, -1 / 25, 1]);
  expect(seenIn(part, tilted, 100, 100)).toEqual([0, 0, 100, 100]);
});

test("two boxes are held by one", () => {
  expect(joined(part, [5, 25, 20, 60])).toEqual([5, 20, 30, 60]);
  expect(joined(part, null)).toEqual(part);
  expect(joined(null, null)).toBeNull();
});
