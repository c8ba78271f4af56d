// What people compare: the same digits as the hub's side makes (tests/hub/remote/test_code.py).

import { expect, test } from "vitest";
import { fingerprint } from "../../src/remote/fingerprint";

test("a fingerprint is half of a key's hash, in groups of four digits", async () => {
  const key = Uint8Array.from({ length: 32 }, (_, at) => at);
  expect(await fingerprint(key)).toBe("630d cd29 66c4 3366 9112 5448 bbb2 5b4f");
});
