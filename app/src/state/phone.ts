// A paired phone's life on this page: its session, what it may, what it last saw, and its end.

import { drop, keep } from "../gate/memory";
import { enrolBy, leaveHome, lookAgain, Refused } from "../gate/phone";
import { newPair } from "../remote/crypto";
import { CODE } from "../remote/frames";
import type { HubKept } from "../remote/kept";
import type { PhoneFacts } from "../remote/session";
import { SessionWay } from "../remote/way";
import { language } from "../texts";
import { EMPTY } from "./home";
import { enterAsPhone, followHome, goBy, home, leave, link, type LoginReason, phase } from "./app";
import { gateOrigin } from "./served";

const SLEPT_MS = 30_000; // a page that was hidden for so long may hold a dead line
const SEEN_EVERY_MS = 10_000;

export const chance = {
  bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
  pair: newPair,
};

let stopLast: (() => void) | null = null;

/** Begin the session of a phone that keeps this. Ends the one before. */
export function begin(first: HubKept): void {
  stopLast?.();
  let kept = first;
  let claiming = false;
  const unreached = first.places.some((place) => place.kind === "relay") ? "far" : "base";
  const session = new SessionWay(
    kept,
    { chance, page: gateOrigin(), language: () => language.get() },
    {
      connected: (by, lacking) => {
        link.update((old) => ({ ...old, by, missing: lacking === "away" ? unreached : lacking }));
        if (lacking === "over") forgetSeen();
      },
      may: (facts, account) => {
        if (facts === null) return;
        const wasWaiting = kept.facts === null;
        if (facts.rooms?.join() !== kept.facts?.rooms?.join()) seeing.renew(); // it may have kept what it may not see now
        kept = { ...kept, facts, account, words: null };
        void keep("hub", kept);
        if (wasWaiting) {
          enterAsPhone(kept, null);
          return;
        }
        adopt(facts);
        void claim();
      },
      over: (code) => {
        if (kept.facts !== null) void removed("removed");
        else void removed(code === CODE.PAIRING_ENDED ? "seen" : "not_confirmed");
      },
    },
  );

  /** The first phone's code holds the gate's claim: with it this phone's signature counts. Tried until the gate answers. */
  async function claim(): Promise<void> {
    if (kept.claim === null || claiming) return;
    claiming = true;
    try {
      await enrolBy({ gate: kept.gateKey, secret: kept.claim }, kept.own).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error; // a claim that is refused is over: the console shows another
      });
      kept = { ...kept, claim: null };
      await keep("hub", kept);
    } catch {
      // at the next session
    } finally {
      claiming = false;
    }
  }

  const seeing = keepSeen();
  const forgetWaking = wakeUp(session);
  const unlisten = language.subscribe(() => {
    session.wake(true); // a session keeps the language of its greeting
  });
  stopLast = () => {
    seeing.stop();
    forgetWaking();
    unlisten();
    session.stop();
  };
  goBy(session);
  void lookAgain();
  if (kept.facts !== null) followHome();
  void session.run();
}

function adopt(facts: PhoneFacts): void {
  phase.update((old) =>
    old.name === "in" ? { ...old, role: facts.role as typeof old.role, expiresAt: facts.expires ?? null } : old,
  );
}

/** This browser is no phone of the home any more: everything of it goes. */
export async function removed(reason: Exclude<LoginReason, null>): Promise<void> {
  stopLast?.();
  stopLast = null;
  goBy(null);
  await leaveHome();
  leave(reason);
}

// what was seen

/** Keep the home as it is seen, now and then, and when the page is left. `renew`: with what comes next. */
function keepSeen(): { stop: () => void; renew: () => void } {
  let dueMs = 0;
  const save = () => {
    if (link.get().state !== "live" || !home.get().loaded) return;
    dueMs = Date.now() + SEEN_EVERY_MS;
    void keep("seen", { home: { ...home.get(), pairing: [] }, atMs: link.get().heardMs }).catch(() => undefined);
  };
  const hidden = () => {
    if (document.visibilityState === "hidden") save();
  };
  const unsubscribe = home.subscribe(() => {
    if (Date.now() >= dueMs) save();
  });
  document.addEventListener("visibilitychange", hidden);
  return {
    stop: () => {
      unsubscribe();
      document.removeEventListener("visibilitychange", hidden);
    },
    renew: () => {
      dueMs = 0;
    },
  };
}

/** A stay that is over shows the home no more, and keeps nothing of how it looked. */
function forgetSeen(): void {
  home.update(() => EMPTY);
  link.update((old) => ({ ...old, heardMs: 0 }));
  void drop("seen").catch(() => undefined);
}

function wakeUp(session: SessionWay): () => void {
  let hiddenMs = Date.now();
  const woke = () => {
    if (document.visibilityState === "hidden") hiddenMs = Date.now();
    else session.wake(Date.now() - hiddenMs > SLEPT_MS);
  };
  const online = () => {
    session.wake();
  };
  document.addEventListener("visibilitychange", woke);
  window.addEventListener("online", online);
  window.addEventListener("focus", online);
  return () => {
    document.removeEventListener("visibilitychange", woke);
    window.removeEventListener("online", online);
    window.removeEventListener("focus", online);
  };
}
