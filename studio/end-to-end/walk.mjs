/**
 * Walk through the studio as a person would: retime, correct, save, run.
 *   node end-to-end/walk.mjs ADDRESS FOLDER   pictures go to FOLDER
 * Ends with an error at the first thing that is not as it should be.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { accessible, ofSession, pictureShown, settled, withStudio } from "./browser.mjs";

const [address, folder] = process.argv.slice(2);

/** Heights in a lane: of film strip and motion, and of the curve below them. */
const [STRIP, MOTION, CURVE, PAD] = [48, 30, 132, 10];

await withStudio(address, async (page) => {
  const shot = (name) => page.screenshot({ path: join(folder, `${name}.png`) });
  const edit = () => ofSession(page, (session) => session.currentEdit);
  const said = async (name) => (await edit()).layers?.[name];
  const label = (name) => page.locator(".label", { hasText: new RegExp(`^${name}$`) });
  const lane = (name) => page.locator("retime-lane").filter({ has: label(name) });
  const box = (locator) => locator.boundingBox();
  const length = await ofSession(page, (session) => session.length);
  const last = (await ofSession(page, (session) => session.clip.frames)) - 1;
  const frameAt = (bounds, t) => bounds.x + ((t + 0.5) / length) * bounds.width;
  const momentAt = (bounds, moment) =>
    bounds.y + STRIP + MOTION + PAD + (1 - moment / last) * (CURVE - 2 * PAD);
  const drag = async (from, to, steps = 6) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps });
    await page.mouse.up();
    await settled(page);
  };

  // An edit of its own.
  await page.getByRole("combobox", { name: "Edit", exact: true }).selectOption("");
  await page.getByLabel("Name of the new edit").fill("walk");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("retime-studio").session.edit === "walk");

  // Freeze the walker, and drag the moment to frame 25.
  await lane("walker").locator(".name").click();
  await page.keyboard.press("f");
  await settled(page);
  assert.deepEqual(await said("walker"), { freeze: 0 });
  const handle = await box(lane("walker").locator(".handle"));
  const body = await box(lane("walker").locator(".body"));
  const middle = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  await drag(middle, [middle[0], momentAt(body, 25)]);
  assert.ok(Math.abs((await said("walker")).freeze - 25) <= 1, JSON.stringify(await edit()));
  await shot("freeze");
  await accessible(page);

  // Bring two moments of Ben to where two of Ann's fall.
  await lane("ben").locator(".name").click();
  await page.keyboard.press("a");
  for (const [own, other] of [
    [14, 15],
    [42, 47],
  ]) {
    const [bens, anns] = [
      await box(lane("ben").locator(".body")),
      await box(lane("ann").locator(".body")),
    ];
    const times = await ofSession(page, (session) => session.times(3));
    await page.mouse.click(
      frameAt(
        bens,
        times.findIndex((time) => time >= own),
      ),
      bens.y + STRIP + 8,
    );
    await page.mouse.click(frameAt(anns, other), anns.y + STRIP + 8);
    await settled(page);
  }
  await page.keyboard.press("Escape");
  const { align } = await said("ben");
  assert.equal(align.to, "ann");
  assert.equal(align.points.length, 2);
  for (const [own, theirs] of align.points) {
    const [ben, ann] = await ofSession(
      page,
      (session, at) => {
        const falls = session.times(2).findIndex((time) => time >= at);
        return [session.times(3)[falls], falls];
      },
      theirs,
    );
    assert.ok(Math.abs(ben - own) < 1e-6, `frame ${own} of ben does not fall on ${ann}: ${ben}`);
  }
  await shot("align");
  for (const [key, name] of [
    ["3", "beside"],
    ["4", "wipe"],
    ["5", "layer"],
  ]) {
    await page.keyboard.press(key);
    await settled(page);
    await shot(name);
  }
  await page.keyboard.press("1");

  // Undo and redo.
  await page.keyboard.press("Control+z");
  assert.equal((await said("ben")).align.points.length, 1);
  await page.keyboard.press("Control+Shift+z");
  assert.deepEqual((await said("ben")).align, align);

  // The keys' sheet opens and closes, and keys do what they did at once.
  await page.keyboard.press("?");
  await shot("keys");
  await page.keyboard.press("?");

  // Drag a joint.
  await page.keyboard.press("c");
  await ofSession(page, (session) => session.see({ frame: 12, person: 3 }));
  await settled(page);
  const joint = await box(page.locator('[data-joint="left_wrist"]'));
  const wrist = [joint.x + joint.width / 2, joint.y + joint.height / 2];
  await drag(wrist, [wrist[0] + 24, wrist[1] - 16]);
  const [moved] = await ofSession(page, (session) => session.draft.joints);
  assert.deepEqual([moved.person, moved.frame], [3, 12]);
  assert.equal(moved.keypoints.left_wrist.length, 2);
  await shot("joints");

  // Say who is who, each thing by its own control; the tracks follow. All of it is taken back.
  const ids = async () => {
    await page.waitForFunction(() => {
      const { session } = document.querySelector("retime-studio");
      return session.tracksWith === session.draft.joints;
    });
    return ofSession(page, (session) =>
      session.tracks.people.map(({ id }) => id).sort((a, b) => a - b),
    );
  };
  const choose = (name, value) => page.getByLabel(name).selectOption(value);
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await press("Split 3 at 12");
  assert.deepEqual(await ids(), [1, 2, 3, 4]);
  await choose("Merge 3 with", "4");
  assert.deepEqual(await ids(), [1, 2, 3]);
  await choose("Swap 3 from 12 on with", "1");
  assert.deepEqual(await ids(), [1, 2, 3]);
  await page.getByLabel("Number of person 3").fill("9");
  await page.keyboard.press("Tab");
  assert.deepEqual(await ids(), [1, 2, 9]);
  await press("Drop 9");
  assert.deepEqual(await ids(), [1, 2]);
  await press("Draw somebody");
  assert.deepEqual(await ids(), [1, 2, 10]);
  assert.equal(await page.locator("[data-joint]").count(), 17);
  await shot("who");
  await accessible(page);
  await press("Forget that 9 is nobody");
  assert.deepEqual(await ids(), [1, 2, 9, 10]);
  for (let k = 0; k < 7; k++) await page.keyboard.press("Control+z");
  assert.deepEqual(await ids(), [1, 2, 3]);
  assert.deepEqual(await ofSession(page, (session) => session.draft.joints), [moved]);
  await ofSession(page, (session) => session.see({ person: 3 }));

  // Paint a trimap over frames 10 to 12.
  await page.keyboard.press("t");
  const ruler = await box(page.getByRole("slider", { name: "Frame" }));
  await page.keyboard.down("Shift");
  await drag([frameAt(ruler, 10), ruler.y + 8], [frameAt(ruler, 12), ruler.y + 8]);
  await page.keyboard.up("Shift");
  const picture = await box(page.getByRole("img", { name: /^The picture/ }));
  const at = (x, y) => [picture.x + x * picture.width, picture.y + y * picture.height];
  await page.getByRole("button", { name: "does not" }).click();
  await drag(at(0.2, 0.8), at(0.35, 0.9));
  const [stroke] = await ofSession(page, (session) => session.draft.strokes);
  assert.deepEqual([stroke.layer, stroke.first, stroke.last, stroke.value], ["ben", 10, 12, 0]);
  await shot("trimap");

  // What is not saved survives a reload.
  await page.reload();
  await pictureShown(page);
  assert.deepEqual((await said("ben")).align, align);
  assert.equal(await ofSession(page, (session) => session.draft.strokes.length), 1);
  await page.getByText("Unsaved work of last time is back.").waitFor();

  // A stroke that is taken back after it was saved leaves no file.
  const saved = async () => {
    await page.keyboard.press("Control+s");
    await page.waitForFunction(
      () => document.querySelector("retime-studio").session.unsaved.length === 0,
    );
    return (await ofSession(page, (session) => session.client.trimaps("ben"))).painted.length;
  };
  assert.equal(await saved(), 3);
  await ofSession(page, (session) => session.change({ strokes: [] }, "no strokes"));
  assert.equal(await saved(), 0);
  await page.keyboard.press("Control+z");
  assert.equal(await saved(), 3);

  // See what would run, run it, see the result.
  await page.keyboard.press("Control+Enter");
  const run = page.getByRole("button", { name: "Run", exact: true });
  await run.and(page.locator(":enabled")).waitFor();
  await shot("plan");
  await run.click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.locator(".mark.running").first().waitFor();
  await shot("running");
  const ended = page.getByRole("heading", { name: /^(Done|Failed|Stopped)$/ });
  await ended.waitFor({ timeout: Number(process.env.RUN_TIMEOUT ?? 500_000) });
  if ((await ended.textContent()) !== "Done") await shot("result");
  assert.equal(await ended.textContent(), "Done");
  const video = await page.getByLabel("The result").elementHandle();
  await page.waitForFunction((one) => one.currentTime > 0.5, video); // it plays
  await shot("result");
});
