// The app's files on this device: kept by a worker (worker/sw.ts), and a newer build that waits to be taken.

import { Store } from "./store";

/** Whether a newer build of the app is here and waits. */
export const newer = new Store(false);

const LOOK_EVERY_MS = 3_600_000;
let waiting: ServiceWorker | null = null;
let asked = false;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): {
    createScriptURL: (url: string) => string;
  };
}

/** The one script that this page may start, as the page's policy wants it said. */
function workerAddress(): string {
  const trusted = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  const only = (): string => "./sw.js";
  return trusted === undefined ? only() : trusted.createPolicy("homebase", { createScriptURL: only }).createScriptURL("");
}

/** Keep the app on this device. A browser that can't is none the worse: it asks the home each time. */
export async function keepShell(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload(); // not in another tab, where somebody may be writing
  });
  try {
    const registration = await navigator.serviceWorker.register(workerAddress());
    watch(registration);
    lookNowAndThen(registration);
  } catch {
    return; // a private window, or no secure origin
  }
}

function watch(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // the first build of all has nobody to take over from
    if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
    waiting = registration.waiting;
    newer.update(() => true);
  };
  look();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
}

function lookNowAndThen(registration: ServiceWorkerRegistration): void {
  let lookedMs = Date.now();
  const look = (): void => {
    if (document.visibilityState !== "visible" || Date.now() - lookedMs < LOOK_EVERY_MS) return;
    lookedMs = Date.now();
    registration.update().catch(() => undefined); // the home is out of reach: later
  };
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, LOOK_EVERY_MS);
}

/** Take the newer build: this page is loaded anew. */
export function takeNewer(): void {
  asked = true;
  if (waiting?.state === "installed") waiting.postMessage("take over");
  else location.reload(); // another tab was first
}
