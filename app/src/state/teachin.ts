// The teach-in as the person sees it, from its steps. Pure.

import type { PairingStep } from "../api/types";
import type { TextKey } from "../texts";

export interface Heard {
  what: string | null;
  rssiDbm: number | null;
  at: string;
}

export interface TeachIn {
  stage: "idle" | "open" | "configuring" | "paired" | "failed" | "closed";
  /** End of the window, in ms; null when no window is open. */
  untilMs: number | null;
  heard: Heard[];
  device: string | null;
  what: string | null;
  reason: string | null;
  /** How far the configuring is, "3 of 7"; null when not known. */
  progress: { step: number; steps: number } | null;
}

const IDLE: TeachIn = {
  stage: "idle",
  untilMs: null,
  heard: [],
  device: null,
  what: null,
  reason: null,
  progress: null,
};

/** What the steps so far mean. CLOSED after PAIRED or FAILED changes nothing: the outcome is what matters. */
export function teachIn(steps: readonly PairingStep[]): TeachIn {
  return steps.reduce(after, IDLE);
}

function after(now: TeachIn, step: PairingStep): TeachIn {
  // the window stays open for others, but the person is naming this one now
  if (now.stage === "paired" && step.stage !== "open") return now;
  const untilMs = step.until === null ? now.untilMs : Date.parse(step.until);
  const what = step.model ?? step.device;
  switch (step.stage) {
    case "open":
      return { ...IDLE, stage: "open", untilMs };
    case "heard":
      return { ...now, untilMs, heard: [...now.heard, { what, rssiDbm: step.rssi_dbm, at: step.at }] };
    case "configuring":
      return { ...now, stage: "configuring", untilMs, what: what ?? now.what, progress: progressOf(step) };
    case "paired":
      return { ...now, stage: "paired", untilMs: null, device: step.device, what: what ?? now.what };
    case "failed":
      return { ...now, stage: "failed", untilMs: null, reason: step.reason };
    case "closed":
      return now.stage === "failed"
        ? now
        : { ...now, stage: "closed", untilMs: null, reason: step.reason };
  }
}

const progressOf = ({ step, steps }: PairingStep) =>
  step === undefined || steps === undefined || steps === 0 ? null : { step, steps };

/** A serial number as it is printed: ten letters and digits. Spaces and small letters are forgiven. */
export function readSerial(text: string): string | null {
  const serial = text.replace(/[\s-]+/g, "").toUpperCase();
  return /^[A-Z]{3}[A-Z0-9]{7}$/.test(serial) ? serial : null;
}

export interface TraceLine {
  key: string;
  at: string;
  stage: PairingStep["stage"];
  what: string | null;
  rssiDbm: number | null;
  progress: { step: number; steps: number } | null;
  reason: string | null;
}

const AGAIN: ReadonlySet<PairingStep["stage"]> = new Set<PairingStep["stage"]>(["open", "heard", "configuring"]);

/** The steps as lines to read; what is heard again and again is one line, and so is the configuring. */
export function trace(steps: readonly PairingStep[]): TraceLine[] {
  const lines: TraceLine[] = [];
  for (const step of steps) {
    const line: TraceLine = {
      key: `${step.at} ${step.stage} ${step.device ?? ""} ${step.step ?? 0}`,
      at: step.at,
      stage: step.stage,
      what: step.model ?? step.device,
      rssiDbm: step.rssi_dbm,
      progress: progressOf(step),
      reason: step.reason,
    };
    const last = lines.at(-1);
    const again = last?.stage === line.stage && AGAIN.has(line.stage);
    if (again && last.what === line.what) lines[lines.length - 1] = line;
    else lines.push(line);
  }
  return lines;
}

// reasons of the radio driver's pairing steps; others are shown as they are
const CAUSES: Record<string, TextKey> = {
  elsewhere: "teach.fail.elsewhere",
  too_far: "teach.fail.too_far",
  wrong_key: "teach.fail.wrong_key",
  airtime: "teach.fail.airtime",
  no_answer: "teach.fail.no_answer",
  silent: "teach.fail.no_answer",
  refused: "teach.fail.refused",
  link_lost: "teach.fail.link_lost",
  unknown_model: "teach.fail.unknown_model",
  other_device: "teach.fail.other_device",
  window_closed: "teach.fail.window_closed",
  nothing_heard: "teach.fail.nothing_heard",
  not_heard: "teach.fail.not_heard",
  device_reset: "teach.fail.device_reset",
  not_kept: "teach.fail.not_kept",
  no_room: "teach.fail.no_room",
};

export const causeKey = (reason: string | null): TextKey => CAUSES[reason ?? ""] ?? "teach.fail.other";
