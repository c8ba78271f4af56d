// Who is told to install the app before pairing: where an installed app does not have what a tab kept.

import { expect, test } from "vitest";
import { installsFirst } from "../src/state/installed";

test("a tab on an iPhone or iPad is told so, an app that is installed there and other browsers are not", () => {
  expect(installsFirst({ standalone: false })).toBe(true);
  expect(installsFirst({ standalone: true })).toBe(false);
  expect(installsFirst({})).toBe(false);
});
