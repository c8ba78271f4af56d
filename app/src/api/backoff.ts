// How long to wait before the next try. Pure.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** Pause in ms before try `attempt` (0, 1, 2 …), doubled each time; `chance` in 0..1 spreads many phones apart. */
export function pauseMs(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + chance / 2));
}

const JITTER_FIRST_MS = 1000;
const JITTER_LONGEST_MS = 60_000;

/** Pause in ms before a session is tried again: anything up to 1 s, 2 s, 4 s … 60 s (docs/protocols/remote.md, "Relay"). */
export function fullJitterMs(attempt: number, chance: number): number {
  return Math.round(chance * Math.min(JITTER_LONGEST_MS, JITTER_FIRST_MS * 2 ** Math.min(attempt, 10)));
}
