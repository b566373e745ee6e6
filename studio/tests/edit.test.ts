import { expect, test } from "vitest";
import {
  type Edit,
  holdInWords,
  layerEdit,
  retimed,
  withHold,
  withLayer,
  withPoint,
} from "../src/model/edit";

const ann = { name: "ann", people: [2] };

test("a layer may go by the number of one of its people, and keeps it", () => {
  const edit: Edit = { layers: { "2": { freeze: 3 } }, length: 90 };
  expect(layerEdit(edit, ann)).toEqual({ freeze: 3 });
  expect(withLayer(edit, ann, { freeze: 4 })).toEqual({
    layers: { "2": { freeze: 4 } },
    length: 90,
  });
});

test("a hold is told by the frames that stand still", () => {
  expect(holdInWords({ from: 10, to: 13 }, 15)).toBe("10–12");
  expect(holdInWords({ from: "2s", for: "1s" }, 15)).toBe("30–44");
  expect(holdInWords({ at: 7, for: "1s" }, 15)).toBe("at 7 for 1s");
});

test("a layer of which nothing is said is not in the edit, nor is an empty mapping", () => {
  expect(withLayer({ layers: { ann: { freeze: 3 } } }, ann, { freeze: undefined })).toEqual({});
});

test("removal is written in one word, and read back", () => {
  const edit = withLayer({}, ann, { remove: true });
  expect(edit).toEqual({ layers: { ann: "remove" } });
  expect(layerEdit(edit, ann)).toEqual({ remove: true });
});

test("what cannot stand beside a freeze goes, what can stays", () => {
  const said = { speed: 2, delay: 3, opacity: 0.5, align: { to: "ben" } };
  expect(retimed(said, { freeze: 7 })).toEqual({ opacity: 0.5, freeze: 7 });
});

test("speed and reverse stand side by side, over what stood alone", () => {
  expect(retimed({ speed: 2, delay: 3 }, { reverse: true })).toEqual({
    speed: 2,
    delay: 3,
    reverse: true,
  });
  expect(retimed({ remap: [[0, 1]] }, { speed: 2 })).toEqual({ speed: 2 });
});

test("holds stand in order; one that is met is replaced", () => {
  const one = withHold({}, 20, 30, 15);
  expect(one.hold).toEqual({ from: 20, to: 30 });
  const two = withHold(one, 5, "10" as unknown as number, 15);
  expect(two.hold).toEqual([
    { from: 5, to: "10" },
    { from: 20, to: 30 },
  ]);
  expect(withHold(two, 25, 40, 15).hold).toEqual([
    { from: 5, to: "10" },
    { from: 25, to: 40 },
  ]);
});

test("points increase on both sides: what a new one crosses goes", () => {
  const points: [number, number][] = [
    [7, 6],
    [14, 14],
    [28, 31],
  ];
  expect(withPoint(points, [20, 33])).toEqual([
    [7, 6],
    [14, 14],
    [20, 33],
  ]);
  expect(withPoint(points, [14, 16])).toEqual([
    [7, 6],
    [14, 16],
    [28, 31],
  ]);
});
