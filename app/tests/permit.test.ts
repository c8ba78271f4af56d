import { expect, test } from "vitest";
import type { PhoneInfo } from "../src/api/phones";
import { dayNames } from "../src/state/format";
import { changesOf, type Draft, draftOf, faultsOf, firstEnd, hoursText, NEW, partOf, permitOf } from "../src/state/permit";

const NOW = Date.parse("2026-03-02T09:30:00");
const phone: PhoneInfo = {
  id: "00112233aabbccdd",
  name: "Bens Telefon",
  role: "carer",
  rooms: ["2", "10"],
  hours: { days: [1, 2, 3], from_minutes: 480, to_minutes: 1440 },
  expires: "2026-04-01T10:20:30Z",
  state: "open",
  since: "2026-01-01T00:00:00Z",
  last_seen: null,
  connected: false,
  may_agree: null,
};
const KNOWN = ["1", "2", "10"];
const before = draftOf(phone, KNOWN);
const changed = (changes: Partial<Draft>) => changesOf(phone, before, { ...before, ...changes });

test("a permit comes back from its fields as it was, and only what differs is sent", () => {
  expect(before.hours).toEqual({ days: [1, 2, 3], from: "08:00", to: "00:00" }); // a time's field knows no 24:00
  expect(changed({})).toEqual({});
  expect(changed({ rooms: ["10", "2"], hours: { days: [3, 1, 2], from: "08:00", to: "00:00" } })).toEqual({});
  expect(changed({ name: "Ben" })).toEqual({ name: "Ben" });
  expect(changed({ role: "guest", rooms: null })).toEqual({ role: "guest", rooms: null });
  expect(changed({ hours: { days: [7], from: "08:00", to: "12:30" } })).toEqual({
    hours: { days: [7], from_minutes: 480, to_minutes: 750 },
  });
  expect(changed({ until: "2026-05-01T10:00" }).expires).toBe(new Date("2026-05-01T10:00").toISOString());
  expect(changed({ until: null })).toEqual({ expires: null });
  expect(changed({ role: "owner" })).toEqual({ role: "owner", rooms: null, hours: null, expires: null });
});

test("a room that is no more is left out, and that is sent", () => {
  const left = draftOf(phone, ["2"]);
  expect(left.rooms).toEqual(["2"]);
  expect(changesOf(phone, left, left)).toEqual({ rooms: ["2"] });
});

test("each fault stands at its field", () => {
  const faults = (draft: Partial<Draft>) => faultsOf({ ...NEW, ...draft }, NOW);
  expect(faults({})).toEqual({});
  expect(faults({ rooms: [], until: "" })).toEqual({ rooms: "room", expires: "end" });
  const hours = (days: number[], from: string, to: string) => faults({ hours: { days, from, to } });
  expect(hours([], "08:00", "12:00")).toEqual({ hours: "day" });
  expect(hours([1], "", "12:00")).toEqual({ hours: "time" });
  expect(hours([1], "12:00", "12:00")).toEqual({ hours: "order" });
  expect(hours([1], "22:00", "06:00")).toEqual({ hours: "order" });
  expect(hours([1], "22:00", "00:00")).toEqual({});
  expect(faults({ until: "2026-03-02T09:30" })).toEqual({ expires: "past" });
  expect(faults({ until: "2028-03-04T09:30" })).toEqual({ expires: "far" });
  expect(faults({ until: firstEnd(NOW) })).toEqual({});
  expect(faults({ role: "owner", rooms: [], until: "" })).toEqual({}); // has none of them
  expect(faultsOf({ ...NEW, until: "2020-01-01T00:00" }, NOW, { ...NEW, until: "2020-01-01T00:00" })).toEqual({}); // untouched
});

test("no limit is null", () => {
  expect(permitOf(NEW)).toEqual({ role: "resident", rooms: null, hours: null, expires: null });
});

test("hours in words name runs of days, and the end of a day", () => {
  const said = (days: number[], language: string) =>
    hoursText({ days, from_minutes: 480, to_minutes: 1440 }, dayNames(language, "short"));
  expect(said([1, 2, 3, 4, 5], "de")).toBe("Mo–Fr 08:00–24:00");
  expect(said([7, 1, 2], "en")).toBe("Mon, Tue, Sun 08:00–24:00");
  expect(said([1, 3, 5, 6, 7], "de")).toBe("Mo, Mi, Fr–So 08:00–24:00");
});

test("a refusal is about the field that the hub names", () => {
  expect(["hours.to_minutes", "rooms", "expires", "id", undefined].map(partOf)).toEqual(["hours", "rooms", "expires", null, null]);
});
