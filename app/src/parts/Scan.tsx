// Reads a QR code with the camera, where the browser can read such codes; typing is always possible.

import { useEffect, useRef, useState } from "preact/hooks";
import { useTexts } from "../texts";

const LOOK_EVERY_MS = 250;

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorOf = (): DetectorClass | undefined =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

interface ScanProps {
  label: string;
  /** Whether what was seen is what is looked for. */
  accepts: (text: string) => boolean;
  onRead: (text: string) => void;
}

export function Scan({ label, accepts, onRead }: ScanProps) {
  const { t } = useTexts();
  const [state, setState] = useState<"off" | "on" | "failed">("off");
  if (detectorOf() === undefined) return null;
  return state === "on" ? (
    <Camera
      label={label}
      accepts={accepts}
      onRead={(text) => {
        setState("off");
        onRead(text);
      }}
      onFailed={() => {
        setState("failed");
      }}
    />
  ) : (
    <>
      {state === "failed" && (
        <p class="bad" role="alert">
          {t("scan.failed")}
        </p>
      )}
      <button
        type="button"
        class="wide"
        onClick={() => {
          setState("on");
        }}
      >
        {label}
      </button>
    </>
  );
}

function Camera({ label, accepts, onRead, onFailed }: ScanProps & { onFailed: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const Class = detectorOf();
    let stream: MediaStream | null = null;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    let timer = 0;
    let wanted = true;
    const look = async (detector: Detector) => {
      const seen = video.current === null ? [] : await detector.detect(video.current).catch(() => []);
      const text = seen.map((code) => code.rawValue).find(accepts);
      if (!wanted) return;
      if (text === undefined) timer = window.setTimeout(() => void look(detector), LOOK_EVERY_MS);
      else onRead(text);
    };
    const begin = async () => {
      if (Class === undefined) return;
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (video.current === null || !wanted) {
        stop(); // it was left while the browser asked
        return;
      }
      video.current.srcObject = stream;
      await video.current.play();
      await look(new Class({ formats: ["qr_code"] }));
    };
    begin().catch(onFailed);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
      stop();
    };
  }, []);
  return <video ref={video} class="scan" muted playsInline aria-label={label} />;
}
