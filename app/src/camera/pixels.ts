// Reads QR codes from pixels, for browsers that can't by themselves. A file of its own: nothing else waits for it.

import { decodeQR, type Image } from "qr/decode.js";

const LONGEST = 1280; // pixels: a code of 1,200 characters still has five to a module
const TIME_MS = 60; // of a look, so that the page stays quick on a slow phone

/** The text of the code in a picture, if there is one. */
export function textsIn(image: Image): readonly string[] {
  try {
    return [decodeQR(image, { timeLimit: TIME_MS })];
  } catch {
    return []; // no code, or one that is cut, blurred or half in the dark: the next picture is better
  }
}

/** Reads from the pictures of a camera. */
export function readerOf(video: HTMLVideoElement): () => Promise<readonly string[]> {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser draws nothing");
  return () => {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    const [width, height] = [Math.floor(video.videoWidth * scale), Math.floor(video.videoHeight * scale)];
    if (width === 0 || height === 0) return Promise.resolve([]);
    if (context.canvas.width !== width) context.canvas.width = width;
    if (context.canvas.height !== height) context.canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    return Promise.resolve(textsIn(context.getImageData(0, 0, width, height)));
  };
}
