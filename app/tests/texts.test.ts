import { describe, expect, test } from "vitest";
import { choose, text, textOr } from "../src/texts";
import { de as accountDe } from "../src/texts/account/de";
import { en as accountEn } from "../src/texts/account/en";
import { de as cloudDe } from "../src/texts/cloud/de";
import { en as cloudEn } from "../src/texts/cloud/en";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";
import { de as figuresDe } from "../src/texts/figures/de";
import { en as figuresEn } from "../src/texts/figures/en";
import { de as backupDe } from "../src/texts/backup/de";
import { en as backupEn } from "../src/texts/backup/en";
import { de as notificationsDe } from "../src/texts/notifications/de";
import { en as notificationsEn } from "../src/texts/notifications/en";
import { de as phonesDe } from "../src/texts/phones/de";
import { en as phonesEn } from "../src/texts/phones/en";
import { de as privacyDe } from "../src/texts/privacy/de";
import { en as privacyEn } from "../src/texts/privacy/en";
import { reasonsDe } from "../src/texts/privacy/reasons_de";
import { reasonsEn } from "../src/texts/privacy/reasons_en";
import { de as technicalDe } from "../src/texts/technical/de";
import { en as technicalEn } from "../src/texts/technical/en";
import { parametersDe } from "../src/texts/technical/parameters_de";
import { parametersEn } from "../src/texts/technical/parameters_en";

const places = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

const CATALOGUES: [string, Record<string, string>, Record<string, string>][] = [
  ["plain", de, en],
  ["account", accountDe, accountEn],
  ["backup", backupDe, backupEn],
  ["cloud", cloudDe, cloudEn],
  ["figures", figuresDe, figuresEn],
  ["notifications", notificationsDe, notificationsEn],
  ["phones", phonesDe, phonesEn],
  ["privacy", privacyDe, privacyEn],
  ["reasons", reasonsDe, reasonsEn],
  ["technical", technicalDe, technicalEn],
  ["parameters", parametersDe, parametersEn],
];

describe("the catalogues", () => {
  test.each(CATALOGUES)("%s have the same keys in the same order", (_, german, english) => {
    expect(Object.keys(german)).toEqual(Object.keys(english));
  });

  test.each(CATALOGUES)("%s have the same places to fill in, and no empty text", (_, german, english) => {
    for (const [key, words] of Object.entries(english)) {
      const other = german[key] ?? "";
      expect(places(other), key).toEqual(places(words));
      expect(other.trim().length, key).toBeGreaterThan(0);
    }
  });

  test("have no key twice", () => {
    const keys = CATALOGUES.flatMap(([, , english]) => Object.keys(english));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  test("have every text that the sources name", () => {
    const files = import.meta.glob("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
    const named = Object.values<string>(files).flatMap((source) =>
      [...source.matchAll(/\bt\(\s*"([^"]+)"/g)].map((match) => match[1] ?? ""),
    );
    expect(named.length).toBeGreaterThan(100);
    const known = { ...en, ...accountEn, ...backupEn, ...cloudEn, ...figuresEn, ...notificationsEn, ...phonesEn, ...technicalEn, ...parametersEn, ...privacyEn, ...reasonsEn };
    expect(named.filter((key) => !(key in known))).toEqual([]);
  });
});

test("a text is filled in, and an unknown place is left to be seen", () => {
  expect(text("en", "teach.left", { seconds: 12 })).toBe("12 seconds left");
  expect(text("de", "teach.left", { seconds: 1234.5 })).toBe("Noch 1.234,5 Sekunden");
  expect(text("de", "teach.left")).toBe("Noch {seconds} Sekunden");
});

test("a key made at run time falls back", () => {
  expect(textOr("de", "param.STATE", "state")).toBe("Zustand");
  expect(textOr("de", "param.NEVER_HEARD", "never heard")).toBe("never heard");
});

test("the language is the stored one, else the browser's first that we have, else English", () => {
  expect(choose("de", ["en-GB"])).toBe("de");
  expect(choose(null, ["fr-FR", "de-AT", "en"])).toBe("de");
  expect(choose(null, ["fr"])).toBe("en");
});
