// A failed backup is told in our own words, whatever English the gate has for it; a copy is put back by the exact command.

import { expect, test } from "vitest";
import vectors from "../../tests/vectors/restore_commands.json";
import { type Copy, reasonKey, restorable, restoreCommands } from "../src/state/backups";
import { de } from "../src/texts/backup/de";

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
