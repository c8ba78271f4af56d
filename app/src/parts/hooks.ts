// Small hooks that pages share.

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Role } from "../api/types";
import { phase, tellProblem } from "../state/app";
import { isAway } from "../state/problems";
import { useSelect } from "../state/store";

/** What this person is in the home. */
export function useRole(): Role {
  return useSelect(phase, (value) => (value.name === "in" ? value.role : "guest"));
}

/** Run something once at a time; problems are told. */
export function useAction<A extends unknown[]>(run: (...args: A) => Promise<void>): [boolean, (...args: A) => void] {
  const [running, setRunning] = useState(false);
  const start = useCallback(
    (...args: A) => {
      setRunning(true);
      run(...args)
        .catch(tellProblem)
        .finally(() => {
          setRunning(false);
        });
    },
    [run],
  );
  return [running, start];
}

export type Loaded<T> = { state: "loading" } | { state: "failed"; problem: unknown } | { state: "here"; value: T };

/**
 * Load something when `key` changes; an answer that comes too late is dropped.
 * What could not be loaded is for the page to say, where it is missing; that the home does not answer says the banner.
 */
export function useLoad<T>(load: () => Promise<T>, key: string): [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    load().then(
      (value) => {
        if (wanted) setLoaded({ state: "here", value });
      },
      (error: unknown) => {
        if (!wanted) return;
        setLoaded((old) => {
          if (old.state !== "here") return { state: "failed", problem: error };
          if (!isAway(error)) tellProblem(error);
          return old;
        });
      },
    );
    return () => {
      wanted = false;
    };
    // `load` is made anew at each drawing; `key` says when it means something else
  }, [key, turn]);
  const again = useCallback(() => {
    setTurn((old) => old + 1);
  }, []);
  return [loaded, again];
}

/** The time, drawn again every `everyMs` while `on`. */
export function useNow(everyMs: number, on: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!on) return;
    setNow(Date.now());
    const timer = window.setInterval(() => {
      setNow(Date.now());
    }, everyMs);
    return () => {
      window.clearInterval(timer);
    };
  }, [everyMs, on]);
  return now;
}
