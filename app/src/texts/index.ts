// The language of this page, and its texts. Pure but for the store that holds the choice.

import { Store, useSelect } from "../state/store";
import { de } from "./de";
import { en, type TextKey } from "./en";

export type { TextKey } from "./en";
export type Language = "de" | "en";
export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: "de", name: "Deutsch" },
  { id: "en", name: "English" },
];

export type Catalogue<K extends string> = Record<K, string>;
export type Catalogues<K extends string> = Record<Language, Catalogue<K>>;

const CATALOGUES: Catalogues<TextKey> = { de, en };

export type Fill = Record<string, string | number>;

/** Words with their {places} filled in, numbers as the language writes them; an unknown place is left to be seen. */
function fillIn(words: string, fill: Fill, current: Language): string {
  return words.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = fill[name];
    return typeof value === "number" ? new Intl.NumberFormat(current).format(value) : (value ?? all);
  });
}

/** The text of `key` with its {places} filled in. */
export function text(language: Language, key: TextKey, fill: Fill = {}): string {
  return fillIn(CATALOGUES[language][key], fill, language);
}

/** The text of a key made at run time, such as `param.STATE`; `otherwise` where the catalogue has none. */
export function textOr(language: Language, key: string, otherwise: string, fill: Fill = {}): string {
  return textsOf(CATALOGUES, language).tr(key, otherwise, fill);
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

export interface Texts<K extends string = TextKey> {
  language: Language;
  t: (key: K, fill?: Fill) => string;
  /** A key made at run time, with its fallback. */
  tr: (key: string, otherwise: string, fill?: Fill) => string;
  /** A counted text: `key`.one or `key`.other. */
  tn: (key: string, count: number, fill?: Fill) => string;
}

/** The texts of one language. */
export function textsOf<K extends string>(catalogues: Catalogues<K>, current: Language): Texts<K> {
  const words: Record<string, string> = catalogues[current];
  const tr = (key: string, otherwise: string, fill: Fill = {}) =>
    Object.hasOwn(words, key) ? fillIn(words[key] ?? otherwise, fill, current) : otherwise;
  return {
    language: current,
    tr,
    t: (key, fill = {}) => fillIn(words[key] ?? key, fill, current),
    tn: (key, count, fill = {}) => {
      const form = new Intl.PluralRules(current).select(count) === "one" ? "one" : "other";
      const shown = new Intl.NumberFormat(current).format(count);
      return tr(`${key}.${form}`, shown, { ...fill, count: shown });
    },
  };
}

const PLAIN: Record<Language, Texts> = { de: textsOf(CATALOGUES, "de"), en: textsOf(CATALOGUES, "en") };

/** The texts of the current language; the caller is drawn again when it changes. */
export function useTexts(): Texts {
  return PLAIN[useSelect(language, (value) => value)];
}
