import { describe, expect, test } from "vitest";
import { choose, text, textOr } from "../src/texts";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";

const places = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("the catalogues", () => {
  test("have the same keys in the same order", () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
  });

  test("have the same places to fill in, and no empty text", () => {
    for (const [key, words] of Object.entries(en)) {
      const other = de[key as keyof typeof en];
      expect(places(other), key).toEqual(places(words));
      expect(other.trim().length, key).toBeGreaterThan(0);
    }
  });

  test("have every text that the sources name", () => {
    const files = import.meta.glob("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
    const named = Object.values<string>(files).flatMap((source) =>
      [...source.matchAll(/\bt\(\s*"([^"]+)"/g)].map((match) => match[1] ?? ""),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter((key) => !(key in en))).toEqual([]);
  });
});

test("a text is filled in, and an unknown place is left to be seen", () => {
  expect(text("en", "teach.left", { seconds: 12 })).toBe("12 seconds left");
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
