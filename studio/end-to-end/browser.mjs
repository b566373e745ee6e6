/** Debian's Chromium, without a screen, on a studio's address. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const BROWSER = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = [
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-gpu-compositing",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Open the page and hand it to `use` once its first picture is there; errors of the page are thrown.
 * @param size of the window, [width, height]
 */
export async function withStudio(address, use, size = [1440, 900]) {
  const profile = mkdtempSync(join(tmpdir(), "retime-studio-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER,
    headless: true,
    viewport: { width: size[0], height: size[1] },
    args: FLAGS,
  });
  context.setDefaultTimeout(60_000);
  const page = context.pages()[0];
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.stack ?? error.message));
  try {
    await page.goto(address);
    await pictureShown(page);
    const result = await use(page);
    if (problems.length) throw new Error(`the page failed: ${problems.join("\n")}`);
    return result;
  } catch (error) {
    if (problems.length) error.message += `\nthe page failed: ${problems.join("\n")}`;
    throw error;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Wait for the first picture; what the page says instead is thrown. */
export async function pictureShown(page) {
  const outcome = await page.waitForFunction(
    () =>
      document.querySelector("retime-studio")?.renderRoot.querySelector(".whole[role=alert]")
        ?.textContent ?? performance.getEntriesByName("retime:shown").length > 0,
  );
  const said = await outcome.jsonValue();
  if (said !== true) throw new Error(said);
}

/** Throw what axe-core finds wrong with the page for those who do not see it, or use no mouse. */
export async function accessible(page) {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(readFileSync(axe, "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const found = violations.map(({ help, nodes }) => `${help}: ${nodes.map((one) => one.target)}`);
  if (found.length) throw new Error(found.join("\n"));
}

/** Return something of the page's session, of which `look` is given the session. */
export function ofSession(page, look, argument) {
  const code = `(${look})(document.querySelector("retime-studio").session, ${JSON.stringify(argument)})`;
  return page.evaluate(code);
}

/** Wait until the page is laid out, and the picture shows what was asked for last. */
export async function settled(page) {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  await page.waitForFunction(() => {
    const { session, screen } = document.querySelector("retime-studio");
    return !session.busy && !screen.waiting;
  });
}
