// A failed backup is told in our own words, whatever English the gate has for it; a copy is put back by the exact command.

import { expect, test } from "vitest";
import vectors from "../../tests/vectors/restore_commands.json";
import { type Copy, reasonKey, restorable, restoreCommands } from "../src/state/backups";
import { keptWords, whenWords } from "../src/state/backup_plan";
import { textsOf } from "../src/texts";
import { de } from "../src/texts/backup/de";
import { en } from "../src/texts/backup/en";

const SAID: [string, string | undefined, string][] = [
  ["target_not_found: the folder is not there; is the stick plugged in?", undefined, "target_not_found"],
  ["local: target_full: No space left on device", "backup_not_good", "target_full"],
  ["/media/stick can't be written (Permission denied)", "target_no_access", "target_no_access"],
  ["the hub does not give its data: gone", "hub_away", "hub_away"],
  ["what lies there is not what was put there", undefined, "other"],
];

test.each(SAID)("%s", (said, code, word) => {
  expect(reasonKey(said, code)).toBe(`backup.why.${word}`);
  expect(de).toHaveProperty([`backup.why.${word}`]);
});

test.each(vectors.cases)("the command for a copy and the room $room", ({ copy, room, commands }) => {
  expect(restoreCommands(copy, room)).toEqual(commands);
});

test("a copy that is gone or not good is not offered", () => {
  const copies = ["verified", "failed", "stored", "sending", "gone", "found"].map((state) => ({ state }) as Copy);
  expect(restorable(copies).map((copy) => copy.state)).toEqual(["verified", "stored", "found"]);
});

const PLANS: ["de" | "en", [number, number, number], string, string][] = [
  ["de", [1, 8, 0], "jeden Tag um 03:30 Uhr", "an jedem Ort die 8 neuesten"],
  ["de", [7, 1, 30], "alle 7 Tage um 03:30 Uhr", "an jedem Ort die neueste und alle aus den letzten 30 Tagen"],
  ["de", [0, 1000, 1], "nie, nur wenn du sicherst", "an jedem Ort die 1.000 neuesten und alle vom letzten Tag"],
  ["en", [1, 8, 0], "each day at 03:30", "the newest 8 at each place"],
  ["en", [7, 1, 30], "every 7 days at 03:30", "the newest one at each place and all of the last 30 days"],
  ["en", [0, 1000, 1], "never, only when you back up", "the newest 1,000 at each place and all of the last day"],
];

test.each(PLANS)("%s, the plan %j", (language, [every_days, keep, keep_days], when, kept) => {
  const texts = textsOf({ de, en }, language);
  const plan = { at: "03:30", every_days, keep, keep_days };
  expect([whenWords(plan, texts), keptWords(plan, texts)]).toEqual([when, kept]);
});
