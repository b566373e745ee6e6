import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const OUT = "../retime/studio/page";

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);

/** Note which sources the page was built from: a test holds the committed page to them. */
function builtFrom(): Plugin {
  return {
    name: "built-from",
    apply: "build",
    writeBundle() {
      const digest = createHash("sha256");
      const sources = ["index.html", "package-lock.json", "vite.config.ts", ...files("src")];
      for (const path of sources.sort()) digest.update(`${path}\0`).update(readFileSync(path));
      writeFileSync(`${OUT}/built-from.txt`, `${digest.digest("hex")}\n`);
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [builtFrom()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      // Names without digests: the page is committed, and a build changes as few files as it can.
      output: {
        entryFileNames: "assets/studio.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/studio[extname]",
      },
    },
  },
});
