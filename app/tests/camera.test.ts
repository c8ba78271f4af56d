import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { textsIn } from "../src/camera/pixels";
import { newReader } from "../src/camera/reader";
import { type Hint, troubleOf, watch } from "../src/camera/watch";
import { qrCode } from "../src/state/qr";

const CODE = "homebase:pair:1:" + "aB3-_".repeat(50);
const LONGEST_CODE = "z".repeat(666); // the largest that our own page draws

/** A camera's picture of a code: askew, in grey light, with noise; `side`: its edge in pixels. */
function picture(text: string, { side = 420, tilt = 0, noise = 0 } = {}) {
  const matrix = qrCode(text);
  const [width, height] = [640, 480];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  let chance = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [right, down] = [x - width / 2, y - height / 2];
      const column = Math.floor(((right * cos + down * sin) / side + 0.5) * matrix.length);
      const row = Math.floor(((down * cos - right * sin) / side + 0.5) * matrix.length);
      chance = (chance * 48271) % 2147483647;
      const grey = (matrix[row]?.[column] === true ? 60 : 190) + ((chance / 2147483647) * 2 - 1) * noise;
      data.fill(grey, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}

describe("pixels", () => {
  test.each([
    ["straight", {}],
    ["askew", { side: 320, tilt: 0.3 }],
    ["on its head", { tilt: Math.PI }],
    ["noisy", { noise: 50 }],
  ])("of a code that is %s are read", (_, how) => {
    expect(textsIn(picture(CODE, how))).toEqual([CODE]);
  });

  test("of the largest code that a phone shows are read", () => {
    expect(textsIn(picture(LONGEST_CODE))).toEqual([LONGEST_CODE]);
  });

  test("without a code, or with one that is too small, hold nothing", () => {
    const { width, height, data } = picture(CODE);
    expect(textsIn({ width, height, data: data.fill(128) })).toEqual([]);
    expect(textsIn(picture(CODE, { side: 40 }))).toEqual([]);
  });
});

describe("watching", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** What a camera sees, look by look; the last goes on. */
  function look(...seen: (string[] | Error)[]) {
    const told: string[] = [];
    const end = watch({
      read: () => {
        const now = seen.length > 1 ? seen.shift() : seen[0];
        return now instanceof Error ? Promise.reject(now) : Promise.resolve(now ?? []);
      },
      accepts: (text) => text === CODE,
      onRead: (text) => told.push(text === CODE ? "read" : text),
      onHint: (hint: Hint) => told.push(hint),
      onUnread: () => told.push("unread"),
    });
    return { told, end };
  }

  test("ends with the code that is looked for, and says that another one is another one, once", async () => {
    const { told } = look([], ["foreign"], ["foreign"], ["foreign", CODE]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(["foreign", "read"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("says after a while that there was nothing to read, and goes on looking", async () => {
    const { told } = look(...Array<string[]>(60).fill([]), [CODE]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(["nothing", "read"]);
  });

  test("tells nothing any more once it was ended", async () => {
    const { told, end } = look([CODE]);
    end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([told, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test("says that nothing can be read at all", async () => {
    const { told } = look(new Error("the file is not there"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(["unread"]);
  });
});

describe("the reader", () => {
  const video = {} as HTMLVideoElement;
  const own = () => Promise.resolve(() => () => Promise.resolve(["by pixels"]));
  const withDetector = (formats: string[], detect: () => Promise<{ rawValue: string }[]>) => {
    vi.stubGlobal(
      "BarcodeDetector",
      class {
        static getSupportedFormats = () => Promise.resolve(formats);
        detect = detect;
      },
    );
  };
  const native = () => Promise.resolve([{ rawValue: "by the browser" }]);
  afterEach(() => vi.unstubAllGlobals());

  test("is the browser's where it knows QR codes", async () => {
    withDetector(["qr_code"], native);
    expect(await (await newReader(video, own))()).toEqual(["by the browser"]);
  });

  test("is our own where the browser has none, or one for other codes", async () => {
    expect(await (await newReader(video, own))()).toEqual(["by pixels"]);
    withDetector(["ean_13"], native);
    expect(await (await newReader(video, own))()).toEqual(["by pixels"]);
  });

  test("is our own from the moment that the browser's fails", async () => {
    const detect = vi.fn(() => Promise.reject(new Error("the service is not there")));
    withDetector(["qr_code"], detect);
    const read = await newReader(video, own);
    expect([await read(), await read()]).toEqual([["by pixels"], ["by pixels"]]);
    expect(detect).toHaveBeenCalledOnce();
  });

  test("fails where our own can't be fetched", async () => {
    await expect(newReader(video, () => Promise.reject(new Error("404")))).rejects.toThrow("404");
  });
});

test.each([
  ["NotAllowedError", "refused"],
  ["NotFoundError", "missing"],
  ["NotReadableError", "busy"],
  ["AnythingElse", "busy"],
])("%s of a browser is told as %s", (name, told) => {
  expect(troubleOf(new DOMException("", name))).toBe(told);
});
