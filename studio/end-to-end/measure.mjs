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
const CHANGES = 30;

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
        screen.refresh(); // what has been shown is gone from the canvas
        return screen.canvas.toDataURL();
      });
      const file = join(folder, edit, `${String(frame).padStart(6, "0")}.png`);
      writeFileSync(file, Buffer.from(url.split(",")[1], "base64"));
    }
  }
}

async function figures(page) {
  const first = await page.evaluate(
    () => performance.getEntriesByName("retime:shown")[0].startTime,
  );
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
  /** Freeze a layer at a moment; return the milliseconds until the picture shows it. */
  const latency = (moment) =>
    ofSession(
      page,
      async (session, change) => {
        session.see({ layer: 1, frame: 30 });
        performance.clearMarks("retime:change");
        const { screen } = document.querySelector("retime-studio");
        const painted = new Promise((resolve) => {
          const before = screen.onPainted;
          screen.onPainted = () => {
            before();
            // The change is on screen once the map that it led to has been painted.
            if (session.map.instances[0].source_time[0] !== change) return;
            screen.onPainted = before;
            resolve(performance.now());
          };
        });
        session.changeLayer(1, { freeze: change }, "measure", "measure");
        const [{ startTime }] = performance.getEntriesByName("retime:change");
        return (await painted) - startTime;
      },
      moment,
    );
  const latencies = async (rest) => {
    const found = [];
    for (let k = 0; k < CHANGES; k++) {
      await page.waitForTimeout(rest);
      found.push(await latency(10 + k));
    }
    found.sort((a, b) => a - b);
    const at = (share) => Math.round(found[Math.floor(share * (CHANGES - 1))]);
    return `after ${at(0.5)} ms (median), ${at(0.9)} ms (9 of 10), ${at(1)} ms (all)`;
  };
  const alone = await latencies(400);
  const dragged = await latencies(0);
  await ofSession(page, (session) => session.undo());
  const { width, height, layers } = await ofSession(page, (session) => session.clip);
  const seconds = (first / 1000).toFixed(1);
  const played = (shown / PLAYED_SECONDS).toFixed(1);
  return `
| ${width}x${height}, ${layers.length + 1} layers | wanted | measured |
|---|---|---|
| first picture after opening | 2 s at most | ${seconds} s |
| pictures a second in playback | ${fps} | ${played}, ${late} left out |
| a change of a curve is on screen | after 50 ms at most | ${alone} |
| the same, one change upon another | after 50 ms at most | ${dragged} |`.trim();
}

await withStudio(address, async (page) => {
  if (way === "--frames") await captured(page);
  else console.log(await figures(page));
});
