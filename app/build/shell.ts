// What makes the app installable, put beside what Vite builds: icons, manifest, and the worker's list of files.

import type { Plugin } from "vite";
import { png, svg } from "./icon.ts";

const WORKER = "sw.js";
const ICONS = [
  { name: "icon-192.png", pixels: 192, purpose: "any" },
  { name: "icon-512.png", pixels: 512, purpose: "any" },
  { name: "icon-full-192.png", pixels: 192, purpose: "maskable" },
  { name: "icon-full-512.png", pixels: 512, purpose: "maskable" },
] as const;
const TOUCH_ICON = { name: "icon-touch.png", pixels: 180 }; // iOS takes no other, and cuts it round itself

const MANIFEST = {
  id: "./",
  name: "homebase",
  short_name: "homebase",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#f3f1ec",
  theme_color: "#0f6b5c",
  icons: [
    { src: "./icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
    ...ICONS.map(({ name, pixels, purpose }) => ({
      src: `./${name}`,
      sizes: `${pixels}x${pixels}`,
      type: "image/png",
      purpose,
    })),
  ],
};

export function shell(): Plugin {
  return {
    name: "homebase-shell",
    apply: "build",
    enforce: "post",
    transformIndexHtml: () => [
      { tag: "link", attrs: { rel: "icon", href: "./icon.svg", type: "image/svg+xml" }, injectTo: "head" },
      { tag: "link", attrs: { rel: "apple-touch-icon", href: `./${TOUCH_ICON.name}` }, injectTo: "head" },
      { tag: "link", attrs: { rel: "manifest", href: "./manifest.webmanifest" }, injectTo: "head" },
    ],
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const emit = (fileName: string, source: string | Uint8Array) => this.emitFile({ type: "asset", fileName, source });
        emit("icon.svg", svg());
        for (const { name, pixels, purpose } of ICONS) emit(name, await png(pixels, purpose === "maskable"));
        emit(TOUCH_ICON.name, await png(TOUCH_ICON.pixels, true));
        emit("manifest.webmanifest", `${JSON.stringify(MANIFEST, null, 2)}\n`);
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk" || worker.imports.length + worker.exports.length > 0) {
          throw new Error(`${WORKER} has to be one file without imports and exports: browsers run it as a script`);
        }
        const files: Record<string, string> = {};
        for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          if (name === WORKER) continue;
          files[`./${name}`] = `sha256-${await sha256(file.type === "chunk" ? file.code : file.source)}`;
        }
        // one line of its own, so that `homebase app export` finds it
        const version = await sha256(JSON.stringify(files));
        worker.code = `self.SHELL=${JSON.stringify({ version, files })};\n${worker.code}`;
      },
    },
  };
}

async function sha256(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
