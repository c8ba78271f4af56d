// The worker that keeps the app's files on the device: it opens at once, and without the home in reach.
//
// It answers for these files alone, each checked against the hash that the build gave it. What is of the home
// (/api, /gate, /session) goes to the network, always. A new build waits until somebody says so.

import { kept, PAGE, type Shell } from "./kept";
import { beTold } from "./told";

declare const self: ServiceWorkerGlobalScope & { SHELL: Shell };

const { version, files } = self.SHELL;
const PREFIX = "homebase-";
const STORE = PREFIX + version;

beTold();

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const file = kept(event.request, self.registration.scope, files);
  if (file === null) return;
  if (event.request.mode !== "navigate") event.respondWith(answer(file, event.request));
  else {
    const fresh = refreshed();
    event.waitUntil(fresh);
    event.respondWith(page(fresh));
  }
});

/** All or nothing: a file that is not what was built fails the whole, and the old build stays. */
async function fill(): Promise<void> {
  const store = await caches.open(STORE);
  const wanted = Object.entries(files).map(([file, integrity]) => new Request(file, { integrity, cache: "no-cache" }));
  await store.addAll(wanted);
}

async function forgetOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== STORE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

async function answer(file: string, request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  return (await store.match(file)) ?? fetch(request);
}

const PATIENCE_MS = 150;

/** The page: as the home gives it now, if it is at hand; else as it was kept. */
async function page(fresh: Promise<Response | null>): Promise<Response> {
  const late = new Promise<null>((done) => setTimeout(done, PATIENCE_MS, null));
  const now = await Promise.race([fresh, late]);
  if (now !== null) return now;
  const store = await caches.open(STORE);
  return (await store.match(PAGE)) ?? fetch(PAGE);
}

/** The same page with the policy of today: which relays it may reach changes with the owner's consents. */
async function refreshed(): Promise<Response | null> {
  try {
    const now = await fetch(new Request(PAGE, { integrity: files[PAGE] ?? "", cache: "no-cache" }));
    if (!now.ok) return null;
    const store = await caches.open(STORE);
    await store.put(PAGE, now.clone());
    return now;
  } catch {
    return null; // out of reach, or of a newer build
  }
}
