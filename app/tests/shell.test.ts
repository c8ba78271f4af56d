import { describe, expect, test } from "vitest";
import { png, svg } from "../build/icon";
import { kept } from "../worker/kept";

const SCOPE = "https://kufimaro.local:8443/";
const FILES = { "./index.html": "sha256-a", "./assets/index-abc.js": "sha256-b", "./icon.svg": "sha256-c" };

function asked(path: string, mode = "cors", method = "GET") {
  return kept({ method, url: new URL(path, SCOPE).href, mode }, SCOPE, FILES);
}

describe("the worker answers", () => {
  test("for the page at its own address alone", () => {
    expect(asked("", "navigate")).toBe("./index.html");
    expect(asked("#/rooms", "navigate")).toBe("./index.html");
    expect(asked("index.html", "navigate")).toBe("./index.html");
  });

  test("for the files that were built", () => {
    expect(asked("assets/index-abc.js")).toBe("./assets/index-abc.js");
    expect(asked("icon.svg")).toBe("./icon.svg");
  });

  test.each([
    ["gate/trust", "navigate", "GET"],
    ["ca.crt", "navigate", "GET"],
    ["api/v1/devices", "cors", "GET"],
    ["gate/v1/status", "cors", "GET"],
    ["session", "websocket", "GET"],
    ["assets/other.js", "cors", "GET"],
    ["toString", "cors", "GET"],
    ["", "navigate", "POST"],
    ["?x=1", "navigate", "GET"],
    ["https://elsewhere.example/icon.svg", "cors", "GET"],
  ])("never for %s", (path, mode, method) => {
    expect(asked(path, mode, method)).toBeNull();
  });
});

describe("the icon", () => {
  test("is the same shapes as SVG", () => {
    expect(svg()).toContain('<path d="M14 33L32 17');
  });

  test.each([
    [48, false, 0],
    [48, true, 255],
  ])("is a PNG of %i pixels, full: %s", async (pixels, full, alphaOfTheCorner) => {
    const bytes = await png(pixels, full);
    const view = new DataView(bytes.buffer);
    expect([...bytes.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([pixels, pixels]);
    const size = view.getUint32(33);
    const packed = new Blob([bytes.slice(41, 41 + size)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const rows = new Uint8Array(await new Response(packed).arrayBuffer());
    expect(rows.length).toBe(pixels * (1 + pixels * 4));
    expect(rows[4]).toBe(alphaOfTheCorner);
    const middle = (pixels / 2) * (1 + pixels * 4) + 1 + (pixels / 2) * 4;
    expect([...rows.slice(middle, middle + 4)].at(-1)).toBe(255);
  });
});
