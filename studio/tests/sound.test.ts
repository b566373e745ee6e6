import { expect, test } from "vitest";
import { retimedSound } from "../src/picture/sound";

const source = Float32Array.from({ length: 40 }, (_, k) => k); // ten frames of four samples

test("as filmed it is the same, backwards it is turned round", () => {
  expect([...retimedSound(source, 4, [0, 1, 2])]).toEqual([...source.slice(0, 12)]);
  expect([...retimedSound(source, 4, [2, 1])].slice(0, 4)).toEqual([8, 7, 6, 5]);
});

test("half as fast takes twice as long, and between samples it is interpolated", () => {
  expect([...retimedSound(source, 4, [1, 1.5, 2])].slice(0, 8)).toEqual([
    4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5,
  ]);
});

test("what stands still, or shows nothing, is silent; a leap is no whirr", () => {
  expect([...retimedSound(source, 4, [3, 3, null, 9])].slice(0, 12)).toEqual(Array(12).fill(0));
  expect([...retimedSound(source, 4, [0, 8])].slice(0, 4)).toEqual([0, 1, 2, 3]);
});
