import { expect, test } from "vitest";
import { History } from "../src/model/history";

test("undo and redo walk through what was done", () => {
  const history = new History({ state: 0, label: "" });
  history.push(1, "one");
  history.push(2, "two");
  expect([history.undoable, history.redoable]).toEqual(["two", null]);
  history.undo();
  expect([history.state, history.undoable, history.redoable]).toEqual([1, "one", "two"]);
  history.redo();
  expect(history.state).toBe(2);
});

test("what is done after an undo takes the place of what was undone", () => {
  const history = new History({ state: 0, label: "" });
  history.push(1, "one");
  history.undo();
  history.push(5, "five");
  expect(history.redo()).toBe(false);
  expect(history.state).toBe(5);
});

test("a gesture is one step, and two gestures of one name are two", () => {
  const history = new History({ state: 0, label: "" });
  for (const state of [1, 2, 3]) history.push(state, "drag", "key 1");
  history.settle();
  history.push(4, "drag", "key 1");
  history.undo();
  expect(history.state).toBe(3);
  history.undo();
  expect(history.state).toBe(0);
  expect(history.undo()).toBe(false);
});

test("what is read later was so in all states", () => {
  const history = new History<{ a: number; b?: number }>({ state: { a: 0 }, label: "" });
  history.push({ a: 1 }, "one");
  history.amend((state) => ({ ...state, b: 7 }));
  history.undo();
  expect(history.state).toEqual({ a: 0, b: 7 });
});

test("only so many steps are kept", () => {
  const history = new History({ state: 0, label: "" }, 2);
  for (const state of [1, 2, 3]) history.push(state, String(state));
  while (history.undo());
  expect(history.state).toBe(1);
});
