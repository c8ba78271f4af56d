import { expect, test } from "vitest";
import vectors from "../../tests/vectors/contacts.json";
import type { Contact } from "../src/api/account";
import { contactsOf, faultsOf, keyOf, NEW, tidied, tidyNumber } from "../src/state/contact";

const GOOD: Contact = { kind: "push", number: "+4915112345678", label: "Ada", device: "token-1" };
const cases = [
  ["number", vectors.numbers],
  ["device", vectors.devices],
  ["label", vectors.labels],
] as const;

test.each(cases)("a %s is right for the app where it is right for the gate", (field, { good, bad }) => {
  for (const value of good) expect(faultsOf({ ...GOOD, [field]: value }), value).toEqual([]);
  for (const value of bad) expect(faultsOf({ ...GOOD, [field]: value }), value).toEqual([field]);
});

test("what people put between figures goes, and nothing else does", () => {
  expect(tidyNumber(" +49 (151) 123-456/78.")).toBe("+4915112345678");
  expect(tidyNumber("0049 151 12345678")).toBe("+4915112345678");
  expect(tidyNumber("0151 12345678")).toBe("015112345678"); // of which country, nobody knows: refused
  expect(faultsOf(tidied({ ...NEW, number: "0151 12345678" }))).toEqual(["number"]);
  expect(tidied({ ...GOOD, kind: "sms" }).device).toBe("");
});

test("each is known by its own key, and the device of an SMS number is nobody's fault", () => {
  const rows = contactsOf({
    email: null,
    mail_server: null,
    sms_numbers: [{ number: GOOD.number, label: "" }],
    push_devices: [{ device: "token-1", number: GOOD.number, label: "" }],
  });
  expect(rows.map(keyOf)).toEqual([GOOD.number, "token-1"]);
  expect(rows.flatMap(faultsOf)).toEqual([]);
});
