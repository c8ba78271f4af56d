// What reads a code from a camera's picture: the browser itself where it can, else our own reader, fetched then.

import type { Reader } from "./watch";

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

/** The browser's own; undefined: it has none, or one that knows no QR codes. */
async function detector(): Promise<Detector | undefined> {
  const Class = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = (await Class?.getSupportedFormats().catch(() => [])) ?? [];
  return Class !== undefined && formats.includes("qr_code") ? new Class({ formats: ["qr_code"] }) : undefined;
}

type OwnReader = (video: HTMLVideoElement) => Reader;

/** Reads from that picture. Fails where our own reader is needed and can't be fetched. */
export async function newReader(
  video: HTMLVideoElement,
  own: () => Promise<OwnReader> = () => import("./pixels").then((file) => file.readerOf),
): Promise<Reader> {
  const found = await detector();
  if (found === undefined) return (await own())(video);
  let read: Reader = async () => {
    try {
      return (await found.detect(video)).map((code) => code.rawValue);
    } catch {
      read = (await own())(video); // Chromium offers it without the service behind it, for example on bare Android
      return read();
    }
  };
  return () => read();
}
