import { defineConfig } from "vitest/config";
import { shell } from "./build/shell.ts";

// Built into the Python package, from where the gate serves it. No inlined assets, no inline script:
// the gate's Content-Security-Policy allows files of this origin only.
export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [shell()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../privacy/data/app",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: true,
    rolldownOptions: {
      input: { index: "index.html", sw: "worker/sw.ts" },
      // the worker's name never changes, and it rules over the folder that it lies in
      output: { entryFileNames: (file) => (file.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: "http://127.0.0.1:8480", ws: true },
      "/gate": { target: "http://127.0.0.1:8480" },
    },
  },
  test: { include: ["tests/**/*.test.ts"], testTimeout: 30_000 }, // a busy machine may take ten times as long
});
