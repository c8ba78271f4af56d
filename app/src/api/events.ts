// The live stream: one WebSocket, opened again after each loss, with a growing pause.

import { pauseMs } from "./backoff";
import type { EventMessage } from "./types";
import type { StreamListener } from "./way";

// Longer than the hub's pings; a phone that slept has a dead socket that never says so.
const WAKE_CHECK_MS = 30_000;
// A home with a radio speaks at least every ten seconds, and a stuck one keeps its sockets open.
const QUIET_MS = 30_000;

/** Follow the home until the returned function is called. */
export function follow(token: string, listener: StreamListener): () => void {
  let socket: WebSocket | null = null;
  let timer = 0;
  let attempt = 0;
  let stopped = false;
  let hiddenAt = 0;
  let heardAt = 0;

  const open = () => {
    let greeted = false;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}/api/v1/events`, [
      "homebase.v1",
      `homebase.bearer.${token}`,
    ]);
    socket = mine;
    mine.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as EventMessage;
      heardAt = Date.now();
      if (!greeted) {
        greeted = true;
        attempt = 0;
        listener.state("live");
      }
      listener.message(message);
    };
    mine.onclose = () => {
      if (stopped || socket !== mine) return;
      if (!greeted) listener.refused();
      again();
    };
  };

  const again = () => {
    socket = null;
    listener.state("lost");
    timer = window.setTimeout(open, pauseMs(attempt++, Math.random()));
  };

  const abandon = () => {
    const old = socket;
    socket = null;
    old?.close();
  };

  const doubt = async () => {
    const asked = socket;
    if (asked === null || document.visibilityState === "hidden" || Date.now() - heardAt < QUIET_MS) return;
    if ((await listener.answers()) || stopped || socket !== asked || Date.now() - heardAt < QUIET_MS) return;
    abandon();
    again();
  };

  const now = () => {
    if (stopped || socket?.readyState === WebSocket.OPEN) return;
    window.clearTimeout(timer);
    attempt = 0;
    socket?.close();
    open();
  };

  const woke = () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = Date.now();
      return;
    }
    if (Date.now() - hiddenAt > WAKE_CHECK_MS) abandon();
    now();
  };

  window.addEventListener("online", now);
  document.addEventListener("visibilitychange", woke);
  const doubting = window.setInterval(() => void doubt(), QUIET_MS / 2);
  listener.state("connecting");
  open();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    window.clearInterval(doubting);
    window.removeEventListener("online", now);
    document.removeEventListener("visibilitychange", woke);
    socket?.close();
  };
}
