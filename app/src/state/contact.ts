// A phone that messages may go to: what its fields may hold, as the gate has it (tests/vectors/contacts.json).

import type { Contact, Reached } from "../api/account";

export type Fault = "number" | "label" | "device";

export const NEW: Contact = { kind: "sms", number: "", label: "", device: "" };
const NUMBER = /^\+[1-9][0-9]{6,14}$/;
const DEVICE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const LABEL = /^(?:[^\p{C}\p{Z}]| ){0,64}$/u;

/** A number without what people put between its figures; 00 is the plus of who dials. */
export function tidyNumber(text: string): string {
  return text.replace(/[\s()/.-]/g, "").replace(/^00/, "+");
}

/** The contact as the gate takes it. */
export function tidied({ kind, number, label, device }: Contact): Contact {
  return { kind, number: tidyNumber(number), label: label.trim(), device: kind === "push" ? device.trim() : "" };
}

/** What of a tidied contact is not right. */
export function faultsOf({ kind, number, label, device }: Contact): Fault[] {
  const wrong: Record<Fault, boolean> = {
    number: !NUMBER.test(number),
    label: !LABEL.test(label),
    device: kind === "push" && !DEVICE.test(device),
  };
  return (["number", "label", "device"] as const).filter((field) => wrong[field]);
}

/** What one is known by: its number, or its device. */
export function keyOf({ kind, number, device }: Contact): string {
  return kind === "push" ? device : number;
}

/** All that are kept, in the gate's order. */
export function contactsOf({ sms_numbers: numbers, push_devices: devices }: Reached): Contact[] {
  return [
    ...numbers.map((one): Contact => ({ kind: "sms", device: "", ...one })),
    ...devices.map((one): Contact => ({ kind: "push", ...one })),
  ];
}
