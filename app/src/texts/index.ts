// The language of this page, and its texts. Pure but for the store that holds the choice.

import { useCallback } from "preact/hooks";
import { Store, useSelect } from "../state/store";
import { de } from "./de";
import { en, type TextKey } from "./en";

export type { TextKey } from "./en";
export type Language = "de" | "en";
export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: "de", name: "Deutsch" },
  { id: "en", name: "English" },
];

const CATALOGUES: Record<Language, Record<TextKey, string>> = { de, en };

export type Fill = Record<string, string | number>;

/** The text of `key` with its {places} filled in. */
export function text(language: Language, key: TextKey, fill: Fill = {}): string {
  return CATALOGUES[language][key].replace(/\{(\w+)\}/g, (all, name: string) =>
    name in fill ? String(fill[name]) : all,
  );
}

export const isKey = (key: string): key is TextKey => key in en;

/** The text of a key made at run time, such as `param.STATE`; `otherwise` where the catalogue has none. */
export function textOr(language: Language, key: string, otherwise: string, fill: Fill = {}): string {
  return isKey(key) ? text(language, key, fill) : otherwise;
}

/** The first of the browser's languages that we have; English else. */
export function choose(stored: string | null, wanted: readonly string[]): Language {
  for (const tag of [stored ?? "", ...wanted]) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "de" || primary === "en") return primary;
  }
  return "en";
}

const KEPT_AS = "homebase.language";

export const language = new Store<Language>(choose(kept(), navigatorLanguages()));

export function setLanguage(next: Language): void {
  language.update(() => next);
  document.documentElement.lang = next;
  try {
    localStorage.setItem(KEPT_AS, next);
  } catch {
    // a browser without storage forgets the choice at the next visit, nothing worse
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

function navigatorLanguages(): readonly string[] {
  return typeof navigator === "undefined" ? [] : navigator.languages;
}

export interface Texts {
  language: Language;
  t: (key: TextKey, fill?: Fill) => string;
  /** A key made at run time, with its fallback. */
  tr: (key: string, otherwise: string, fill?: Fill) => string;
  /** A counted text: `key`.one or `key`.other. */
  tn: (key: string, count: number) => string;
}

/** The texts of the current language; the caller is drawn again when it changes. */
export function useTexts(): Texts {
  const current = useSelect(language, (value) => value);
  const t = useCallback((key: TextKey, fill?: Fill) => text(current, key, fill), [current]);
  const tr = useCallback(
    (key: string, otherwise: string, fill?: Fill) => textOr(current, key, otherwise, fill),
    [current],
  );
  const tn = useCallback(
    (key: string, count: number) => {
      const form = new Intl.PluralRules(current).select(count) === "one" ? "one" : "other";
      const shown = new Intl.NumberFormat(current).format(count);
      return textOr(current, `${key}.${form}`, shown, { count: shown });
    },
    [current],
  );
  return { language: current, t, tr, tn };
}
