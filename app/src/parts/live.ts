// Parts of the home that a tile or a control watches, and nothing more: it is drawn again when these change.

import { useCallback } from "preact/hooks";
import type { Datapoint } from "../api/types";
import { busy, home } from "../state/app";
import { sameList, useSelect } from "../state/store";

/** The datapoints with these ids, in their order; undefined where none is known. */
export function usePoints(ids: readonly string[]): (Datapoint | undefined)[] {
  return useSelect(home, (state) => ids.map((id) => state.values.get(id)), sameList);
}

export function usePoint(id: string): Datapoint | undefined {
  return useSelect(home, (state) => state.values.get(id));
}

/** Whether a command for this datapoint is on its way. */
export function useBusy(id: string): boolean {
  return useSelect(
    busy,
    useCallback((ids: ReadonlySet<string>) => ids.has(id), [id]),
  );
}
