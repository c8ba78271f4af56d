// Reads a QR code with the camera; pasting its text is always possible beside it. No picture is kept or sent.

import "../style/scan.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { openCamera } from "../camera/life";
import type { Hint, Trouble } from "../camera/watch";
import { useTexts } from "../texts";

interface ScanProps {
  label: string;
  /** Whether what was seen is what is looked for. */
  accepts: (text: string) => boolean;
  onRead: (text: string) => void;
}

export function Scan({ label, accepts, onRead }: ScanProps) {
  const { t } = useTexts();
  const [state, setState] = useState<"off" | "on" | Trouble>("off");
  const on = state === "on";
  return (
    <div class="scan">
      {on && (
        <Camera
          accepts={accepts}
          onRead={(text) => {
            setState("off");
            onRead(text);
          }}
          onEnd={setState}
        />
      )}
      {!on && state !== "off" && (
        <p class="bad" role="alert" data-trouble={state}>
          {t(`scan.${state}`)}
        </p>
      )}
      <button
        type="button"
        class="wide"
        onClick={() => {
          setState(on ? "off" : "on");
        }}
      >
        {on ? t("scan.close") : label}
      </button>
    </div>
  );
}

type CameraProps = Omit<ScanProps, "label"> & { onEnd: (why: "off" | Trouble) => void };

function Camera(props: CameraProps) {
  const { t } = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(props); // what is typed while it looks counts, too
  latest.current = props;
  const [hint, setHint] = useState<Hint | "opening">("opening");
  useEffect(() => {
    if (video.current === null) return;
    video.current.parentElement?.scrollIntoView({ block: "nearest" });
    return openCamera(video.current, {
      accepts: (text) => latest.current.accepts(text),
      onRead: (text) => {
        latest.current.onRead(text);
      },
      onHint: setHint,
      onEnd: props.onEnd,
    });
  }, []);
  return (
    <>
      <video ref={video} muted playsInline aria-label={t("scan.picture")} />
      <p role="status" data-hint={hint}>
        {t(`scan.${hint}`)}
      </p>
    </>
  );
}
