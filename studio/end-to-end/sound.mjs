/**
 * Play a clip whose sound is a tone that rises by the moment of the source, and listen.
 *   node end-to-end/sound.mjs ADDRESS
 * The sample at source frame t is t / 100. Ends with an error at the first thing that is not so.
 */

import assert from "node:assert/strict";
import { ofSession, settled, withStudio } from "./browser.mjs";

const [address] = process.argv.slice(2);

await withStudio(address, async (page) => {
  await page.evaluate(() => {
    window.played = [];
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (when, offset) {
      window.played.push({ context: this.context, buffer: this.buffer, offset });
      this.addEventListener("ended", () => {
        window.ended = true;
      });
      start.call(this, when, offset);
    };
  });
  const fps = await ofSession(page, (session) => session.clip.fps);
  /** Play from frame 10 until something is heard; return what it is at some output frames. */
  const heard = async (frames) => {
    await ofSession(page, (session) => session.see({ frame: 10 }));
    await page.evaluate(() => {
      window.played.length = 0;
    });
    await page.keyboard.press(" ");
    await page.waitForFunction(() => window.played.length > 0);
    const found = await page.evaluate(
      ([rate, at]) => {
        const { buffer, offset } = window.played[0];
        const samples = buffer.getChannelData(0);
        const share = (t) => samples[Math.round((t / rate) * buffer.sampleRate)];
        return { from: offset * rate, moments: at.map((t) => 100 * share(t)) };
      },
      [fps, frames],
    );
    // The context's clock goes on: it plays.
    await page.waitForFunction(() => {
      const { context } = window.played.at(-1);
      window.began ??= context.currentTime;
      return context.state === "running" && context.currentTime > window.began + 0.2;
    });
    await page.keyboard.press(" ");
    await page.waitForFunction(() => window.ended);
    return found;
  };
  const near = (moments, wanted) =>
    moments.forEach((moment, k) => {
      assert.ok(Math.abs(moment - wanted[k]) < 0.2, `${moments} is not ${wanted}`);
    });

  // As filmed.
  await ofSession(page, (session) => session.openEdit("heard"));
  await settled(page);
  const filmed = await heard([12, 20, 31]);
  assert.ok(filmed.from >= 10 && filmed.from <= 14, `it begins at frame ${filmed.from}`);
  near(filmed.moments, [12, 20, 31]);

  // With the layer chosen: half as fast, then standing still, which is silent.
  await ofSession(page, (session) => session.see({ layer: 2 }));
  await ofSession(page, (session) => session.changeLayer(2, { speed: 0.5 }));
  await settled(page);
  near((await heard([12, 20, 31])).moments, [6, 10, 15.5]);
  await ofSession(page, (session) => session.changeLayer(2, { freeze: 20 }));
  await settled(page);
  near((await heard([12, 20, 31])).moments, [0, 0, 0]);
});
