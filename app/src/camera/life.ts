// A camera's life on a page: opened, shown, watched, and closed once the code is read or the page is left.

import { newReader } from "./reader";
import { type Hint, type Trouble, troubleOf, watch } from "./watch";

interface Wish {
  accepts: (text: string) => boolean;
  onRead: (text: string) => void;
  onHint: (hint: Hint) => void;
  /** It ended by itself: "off" because nobody looks at the page, or for want of something. */
  onEnd: (why: "off" | Trouble) => void;
}

/** The pictures of the camera that looks away from whoever holds the phone; null: this page may have none. */
async function pictures(): Promise<MediaStream | null> {
  const devices = navigator.mediaDevices as MediaDevices | undefined; // absent where the page has no HTTPS
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  return (await devices?.getUserMedia({ video: wanted })) ?? null;
}

/** Open the camera and look for the code; the returned function closes it. */
export function openCamera(video: HTMLVideoElement, wish: Wish): () => void {
  let wanted = true;
  let stream: MediaStream | null = null;
  let unwatch: (() => void) | null = null;
  const isLeft = () => !wanted; // while something was waited for
  const close = () => {
    wanted = false;
    document.removeEventListener("visibilitychange", hide);
    unwatch?.();
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const end = (why: "off" | Trouble) => {
    if (!wanted) return;
    close();
    wish.onEnd(why);
  };
  const hide = () => {
    if (document.visibilityState === "hidden") end("off");
  };
  const begin = async () => {
    const read = await newReader(video).catch(() => null);
    if (read === null) {
      end("unloaded");
      return;
    }
    if (isLeft()) return;
    stream = await pictures();
    if (stream === null) {
      end("insecure");
      return;
    }
    if (isLeft()) {
      close();
      return;
    }
    for (const track of stream.getTracks()) {
      track.onended = () => {
        end("busy"); // unplugged, or taken away
      };
    }
    video.srcObject = stream;
    await video.play();
    if (isLeft()) return;
    wish.onHint("looking");
    unwatch = watch({
      read,
      accepts: wish.accepts,
      onHint: wish.onHint,
      onRead: (text) => {
        close();
        wish.onRead(text);
      },
      onUnread: () => {
        end("unloaded");
      },
    });
  };
  document.addEventListener("visibilitychange", hide);
  begin().catch((error: unknown) => {
    end(troubleOf(error));
  });
  return close;
}
