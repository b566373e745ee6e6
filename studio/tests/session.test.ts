import { expect, test, vi } from "vitest";
import type { Clip, TimeMap } from "../src/api/client";
import { Session } from "../src/model/session";

test("a frame is looked at, never a moment between two or beyond the ends", () => {
  vi.stubGlobal("location", new URL("http://127.0.0.1:8765/?token=T"));
  const session = new Session();
  Object.assign(session, { clip: { frames: 9 } as Clip, map: { length: 60 } as TimeMap });
  const seen = (frame: number) => {
    session.see({ frame });
    return session.look.frame;
  };
  expect(seen(22.33)).toBe(22);
  expect(seen(-3)).toBe(0);
  expect(seen(59.6)).toBe(59);
});
