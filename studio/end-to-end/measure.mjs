/**
 * Measure a studio in headless Chromium, and print a table in Markdown.
 *   node end-to-end/measure.mjs ADDRESS                          first picture, playback, latency
 *   node end-to-end/measure.mjs ADDRESS --frames FOLDER EDIT…    the canvas at every frame, PNG
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ofSession, settled, withStudio } from "./browser.mjs";

const [address, way, folder, ...edits] = process.argv.slice(2);
const PLAYED_SECONDS = 8;
const CHANGES = 45;

async function captured(page) {
  for (const edit of edits) {
    mkdirSync(join(folder, edit), { recursive: true });
    await ofSession(page, (session, name) => session.openEdit(name), edit);
    await settled(page);
    const length = await ofSession(page, (session) => session.length);
    for (let frame = 0; frame < length; frame++) {
      await ofSession(page, (session, at) => session.see({ frame: at }), frame);
      await settled(page);
      const url = await page.evaluate(() => {
        const { screen } = document.querySelector("retime-studio");
        screen.repaint(); // what has been shown is gone from the canvas
        return screen.canvas.toDataURL();
      });
      const file = join(folder, edit, `${String(frame).padStart(6, "0")}.png`);
      writeFileSync(file, Buffer.from(url.split(",")[1], "base64"));
    }
  }
}

/**
 * Drag the moment at which a layer is frozen through the clip, and say how long each change takes
 * until the browser has made the frame that shows it, or a later change, and begins its next one.
 * @param rest milliseconds between two steps of the mouse
 */
async function latencies(page, rest) {
  await ofSession(page, (session) => {
    session.see({ layer: 1, frame: 30 });
    session.changeLayer(1, { freeze: 5 });
  });
  await settled(page);
  await page.evaluate(() => {
    const { session, screen } = document.querySelector("retime-studio");
    const { history } = session;
    const waiting = [];
    const found = [];
    const push = history.push.bind(history);
    history.push = (state, ...others) => {
      waiting.push({ edit: state.edits[session.edit], at: performance.now() });
      push(state, ...others);
    };
    const painted = screen.onPainted;
    screen.onPainted = () => {
      painted();
      const shown = waiting.splice(
        0,
        waiting.findIndex(({ edit }) => edit === session.answered) + 1,
      );
      requestAnimationFrame(() => {
        for (const { at } of shown) found.push(performance.now() - at);
      });
    };
    globalThis.endOfDrag = () => {
      delete history.push;
      screen.onPainted = painted;
      return { found, left: waiting.length };
    };
  });
  const handle = await page.locator(".handle.freeze").boundingBox();
  const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.keyboard.down("Alt"); // nothing snaps: every step is a change
  for (let k = 1; k <= CHANGES; k++) {
    await page.mouse.move(x, y - 2 * k);
    await page.waitForTimeout(rest);
  }
  await page.keyboard.up("Alt");
  await page.mouse.up();
  await settled(page);
  await page.waitForTimeout(100);
  const { found, left } = await page.evaluate(() => globalThis.endOfDrag());
  if (left || found.length < CHANGES / 3) throw new Error(`${found.length} shown, ${left} not`);
  await ofSession(page, (session) => session.undo());
  found.sort((a, b) => a - b);
  const at = (share) => Math.round(found[Math.floor(share * (found.length - 1))]);
  return `after ${at(0.5)} ms (median), ${at(0.9)} ms (9 of 10), ${at(1)} ms (all ${found.length})`;
}

async function figures(page) {
  const first = await page.evaluate(
    () => performance.getEntriesByName("retime:shown")[0].startTime,
  );
  await ofSession(page, (session) => session.openEdit("measured")); // as filmed
  await page.waitForTimeout(3000); // thumbnails
  const fps = await ofSession(page, (session) => session.clip.fps);
  await ofSession(page, (session) => session.see({ frame: 0, playing: true }));
  await page.waitForTimeout(1000 * PLAYED_SECONDS);
  const { shown, late } = await page.evaluate(() => {
    const { player, session } = document.querySelector("retime-studio");
    const counted = { shown: player.shown, late: player.late };
    session.see({ playing: false });
    return counted;
  });
  const [alone, dragged] = [await latencies(page, 400), await latencies(page, 0)];
  const { width, height, layers } = await ofSession(page, (session) => session.clip);
  const seconds = (first / 1000).toFixed(1);
  const played = (shown / PLAYED_SECONDS).toFixed(1);
  return `
| ${width}x${height}, ${layers.length + 1} layers | wanted | measured |
|---|---|---|
| first picture after opening | 2 s at most | ${seconds} s |
| pictures a second in playback | ${fps} | ${played}, ${late} left out |
| a change of a curve is on screen, one at a time | after 50 ms at most | ${alone} |
| the same, in a drag without a rest | after 50 ms at most | ${dragged} |`.trim();
}

await withStudio(address, async (page) => {
  if (way === "--frames") await captured(page);
  else console.log(await figures(page));
});
