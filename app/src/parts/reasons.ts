// Reasons in words: the hub knows them all, in both languages; they are asked for when the first one is shown.

import { useEffect, useReducer } from "preact/hooks";
import { client } from "../state/app";
import { useTexts } from "../texts";

export type ReasonKind = "pairing" | "device" | "configuration" | "driver" | "left_out";

export interface Reason {
  title: string;
  detail: string;
  way_out: string;
}

type Reasons = Record<ReasonKind, Record<string, Reason>>;

const OTHER = "other";
const loaded = new Map<string, Reasons>();

/** The words of codes of one kind; null until they are there. What has none is told as "other". */
export function useReasons(kind: ReasonKind, wanted: boolean): ((code: string) => Reason | null) | null {
  const { language } = useTexts();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!wanted || loaded.has(language)) return;
    let here = true;
    client
      .ask<Reasons>("reasons.read")
      .then((reasons) => {
        loaded.set(language, reasons);
        if (here) draw(0);
      })
      .catch(() => undefined); // the code itself stays to be read
    return () => {
      here = false;
    };
  }, [language, wanted]);
  const words = loaded.get(language)?.[kind];
  return words === undefined ? null : (code) => words[code] ?? words[OTHER] ?? null;
}

/** The words of one code, or null. */
export function useReason(kind: ReasonKind, code: string | null): Reason | null {
  const words = useReasons(kind, code !== null);
  return code === null ? null : (words?.(code) ?? null);
}
