// One's own session among all: by its end, which no other has.

import { expect, test } from "vitest";
import { isOwn } from "../src/pages/privacy/own";

const COLUMNS = ["id", "created_at", "expires_at"];
const END = "2026-12-01T10:00:00.123Z";

test("the session that asks is known by its end, however that is written", () => {
  expect(isOwn(COLUMNS, [1, "2026-11-01T10:00:00.000Z", END], END)).toBe(true);
  expect(isOwn(COLUMNS, [1, null, "2026-12-01T10:00:00.123000Z"], END)).toBe(true);
});

test("another one is not, nor any for who has none that ends", () => {
  expect(isOwn(COLUMNS, [2, null, "2026-12-01T10:00:00.124Z"], END)).toBe(false);
  expect(isOwn(COLUMNS, [2, null, null], END)).toBe(false);
  expect(isOwn(["id"], [2], END)).toBe(false);
  expect(isOwn(COLUMNS, [1, null, END], null)).toBe(false);
});
