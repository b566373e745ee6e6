import { defineConfig } from "vite";

// Names without digests: the page is committed, and a build changes as few files as it can.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../retime/studio/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/studio.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/studio[extname]",
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8761", "/media": "http://127.0.0.1:8761" } },
});
