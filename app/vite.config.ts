import { defineConfig } from "vitest/config";

// Built into the Python package, from where the gate serves it. No inlined assets, no inline script:
// the gate's Content-Security-Policy allows files of this origin only.
export default defineConfig({
  base: "./",
  publicDir: "public",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../privacy/data/app",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: true,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: "http://127.0.0.1:8480", ws: true },
      "/gate": { target: "http://127.0.0.1:8480" },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
