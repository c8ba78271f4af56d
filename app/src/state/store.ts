// A value that can be watched. Changes are announced once per frame, however many came in.

import { useEffect, useReducer, useRef } from "preact/hooks";

export type Announce = (run: () => void) => void;

const nextFrame: Announce = (run) => {
  // requestAnimationFrame rests in background tabs: nothing is drawn there
  requestAnimationFrame(run);
};

export class Store<S> {
  private value: S;
  private readonly announce: Announce;
  private readonly listeners = new Set<() => void>();
  private due = false;

  constructor(value: S, announce: Announce = nextFrame) {
    this.value = value;
    this.announce = announce;
  }

  get = (): S => this.value;

  update(change: (old: S) => S): void {
    const next = change(this.value);
    if (next === this.value) return;
    this.value = next;
    if (this.due) return;
    this.due = true;
    this.announce(() => {
      this.due = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** What `select` returns, drawn again only when that changes by `same`. */
export function useSelect<S, T>(store: Store<S>, select: (state: S) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const selected = select(store.get());
  const latest = useRef({ select, same, selected });
  latest.current = { select, same, selected };
  useEffect(() => {
    const check = () => {
      const { select: pick, same: equal, selected: old } = latest.current;
      if (!equal(pick(store.get()), old)) draw(0);
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return selected;
}

/** Equal element by element; for selectors that return lists. */
export function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}
