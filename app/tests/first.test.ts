// Who is asked for the name and timezone of a new home, and where they are led next.

import { expect, test } from "vitest";
import type { Account } from "../src/api/account";
import { asksFirst, asksOwner, firstStep } from "../src/state/first";

const account = (timezone: string, review_due = false) => ({ name: "", review_due, installation: { timezone } }) as Account;

test("a phone at home is asked as long as the home has no timezone", () => {
  expect(asksFirst(account(""), "home", "Europe/Berlin")).toBe(true);
  expect(asksFirst(account("Europe/Berlin"), "home", "Europe/Berlin")).toBe(false);
});

test("nobody else is: who is far away, who has no session as a phone or no timezone, and who may not read the account", () => {
  expect(asksFirst(account(""), "relay", "Europe/Berlin")).toBe(false);
  expect(asksFirst(account(""), null, "Europe/Berlin")).toBe(false);
  expect(asksFirst(account(""), "home", "")).toBe(false);
  expect(asksFirst(null, "home", "Europe/Berlin")).toBe(false);
});

test("its owner is led from name and timezone to a first device and to what leaves the home, each once", () => {
  expect(firstStep(null, true, 0)).toBe("place");
  expect(firstStep(null, false, 0)).toBeNull();
  expect(firstStep("place", false, 3)).toBe("place"); // who set it up with a password, which tells the timezone already
  expect(firstStep("device", false, 0)).toBe("device");
  expect(firstStep("device", false, 3)).toBe("privacy");
  expect(firstStep("privacy", true, 0)).toBe("privacy");
  expect(firstStep("done", true, 0)).toBeNull();
});

test("the account has a question while it lacks a timezone, and once a year", () => {
  expect(asksOwner(account("", false))).toBe(true);
  expect(asksOwner(account("Europe/Berlin", true))).toBe(true);
  expect(asksOwner(account("Europe/Berlin", false))).toBe(false);
});
