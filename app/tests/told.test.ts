import { expect, test } from "vitest";
import { askedOf, draftOf, faultsOf, NEW, toggled } from "../src/state/told";

const KNOWN = ["a", "b"];
const ADA = { id: "1", name: "Ada", ways: ["b", "a"], quiet_from: 1320, quiet_to: 420 };

test("ways are tried in the order in which they were ticked", () => {
  const ticked = ["b", "a", "c"].reduce(toggled, NEW.ways);
  expect(ticked).toEqual(["b", "a", "c"]);
  expect(toggled(ticked, "a")).toEqual(["b", "c"]);
});

test("somebody who is told reads back as they were written", () => {
  const draft = draftOf(ADA, KNOWN);
  expect([draft.from, draft.to]).toEqual(["22:00", "07:00"]);
  expect(faultsOf(draft)).toEqual([]);
  expect(askedOf(draft)).toEqual({ name: "Ada", ways: ["b", "a"], quiet: { from_minute: 1320, to_minute: 420 } });
  expect(askedOf(draftOf({ ...ADA, quiet_from: null, quiet_to: null }, KNOWN)).quiet).toBeNull();
});

test("a name, a way, and both ends of the quiet hours are wanted", () => {
  expect(faultsOf(NEW)).toEqual(["name", "ways"]);
  for (const [from, to] of [["22:00", ""], ["", "07:00"], ["07:00", "07:00"], ["aa", "bb"]] as const)
    expect(faultsOf({ ...draftOf(ADA, KNOWN), from, to }), `${from}-${to}`).toEqual(["quiet"]);
});

test("a way that was removed is saved no more, and where no other is left, one is wanted", () => {
  expect(askedOf(draftOf(ADA, ["a"])).ways).toEqual(["a"]);
  expect(faultsOf(draftOf(ADA, ["c"]))).toEqual(["ways"]);
});
