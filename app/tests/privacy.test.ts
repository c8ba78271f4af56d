import { expect, test } from "vitest";
import vectors from "../../tests/vectors/gate.json";
import type { Activity } from "../src/api/types";
import { concat, sha256, toBase64, utf8 } from "../src/gate/bytes";
import { look } from "../src/gate/witness";
import { categoriesOf, commandOf, endOf, grantOf, type Yes } from "../src/gate/yes";
import { today } from "../src/state/privacy";

const ACTIVITY: Activity = {
  id: "diagnosis.remote",
  clause: "6.6",
  title: "",
  purpose: "",
  basis: "consent",
  data: "",
  groups: [
    { id: "system", title: "", categories: ["system"] },
    { id: "devices", title: "", categories: ["device_identity", "device"] },
    { id: "errors", title: "", categories: ["error", "system"] },
  ],
  categories: ["device", "device_identity", "error", "system"],
  leaves_house: true,
  recipients: [{ name: "support", role: "processor", country: "DE", host: "support.example.org", addressee: "age1x" }],
  forms: ["once", "until"],
  longest_days: 14,
  needs_ticket: true,
  text_hash: "ab",
  condition: "consent",
  storage: "",
  available: true,
  unbuilt: null,
  state: "off",
  grants: [],
  last_transfer: null,
  closed: null,
  refused_today: 1,
  today: [],
};
const RECIPIENT = { name: "support", role: "processor", country: "DE", host: "support.example.org", addressee: "age1x" };
const YES: Yes = {
  activity: ACTIVITY,
  recipient: RECIPIENT,
  form: "once",
  days: 3,
  groups: ["system", "devices"],
  ticket: "T-1",
  sha256: "cd",
};
const ASKED = "2026-03-01T12:00:00.000Z";
const NOW = Date.parse("2026-03-01T12:01:00.000Z");

test("the headline sums up what left today, to whom, and what was refused", () => {
  const sent = { ...ACTIVITY, today: [{ recipient: "support", bytes: 10 }, { recipient: "mail", bytes: 5 }] };
  const stays = { ...sent, leaves_house: false, refused_today: 0 };
  expect(today({ activities: [sent, sent, stays], refused_elsewhere: 3 })).toEqual({
    bytes: 30,
    recipients: ["mail", "support"],
    refused: 5,
  });
  expect(today({ activities: [ACTIVITY], refused_elsewhere: 0 })).toEqual({ bytes: 0, recipients: [], refused: 1 });
});

test("what is signed is what is shown: groups with their kinds of data, recipient, host, country, text", () => {
  expect(grantOf(YES, "de", ASKED, NOW)).toEqual({
    activity: "diagnosis.remote",
    addressee: "age1x",
    categories: ["device", "device_identity", "system"],
    country: "DE",
    form: "once",
    groups: ["devices", "system"],
    host: "support.example.org",
    language: "de",
    payload: "cd",
    recipient: "support",
    text: "ab",
    ticket: "T-1",
    until: null,
  });
  expect(categoriesOf({ activity: { ...ACTIVITY, groups: [] }, groups: [] })).toEqual(ACTIVITY.categories);
});

test("a consent with an end counts from the earlier of two clocks, and binds no payload", () => {
  const until = { ...YES, form: "until" as const };
  expect(endOf(until, ASKED, NOW)).toBe("2026-03-04T12:00:00.000Z");
  expect(endOf(until, ASKED, NOW - 600_000)).toBe("2026-03-04T11:51:00.000Z");
  expect(grantOf(until, "en", ASKED, NOW)).toMatchObject({ payload: null, until: "2026-03-04T12:00:00.000Z" });
  expect(endOf({ form: "standing", days: 3 }, ASKED, NOW)).toBe(null);
});

test("at the console the same is agreed to: the chosen recipient and term, whatever the ticket reads like", () => {
  const command = "homebase consent give diagnosis.remote --ticket T--once --once --preview 01ab";
  const begin = "homebase consent give diagnosis.remote --ticket T--once --recipient support --country DE";
  expect(commandOf(command, YES)).toBe(`${begin} --once --preview 01ab`);
  expect(commandOf(command, { ...YES, form: "until" })).toBe(`${begin} --for 3d --preview 01ab`);
  const { name, country } = YES.recipient;
  expect(commandOf("homebase notify allow 0a1b --lang de", { ...YES, form: "standing" })).toBe(
    `homebase notify allow 0a1b --lang de --recipient ${name} --country ${country}`,
  );
});

// the witness

const gate = Uint8Array.from(vectors.gate.public.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const [grew, rolledBack] = vectors.witness.map(({ kept, answer }) => ({
  kept: { note: kept, atMs: 1, wrong: null },
  told: vectors.answers[answer]?.body as { note: string; proof: string[] },
}));
if (grew === undefined || rolledBack === undefined) throw new Error("the vectors have two");

test("a first visit is kept, a later one only with the proof that the ledger grew", async () => {
  const keep = { note: grew.told.note, atMs: 5, wrong: null };
  expect(await look(null, grew.told, gate, 5)).toEqual({ state: "verified", size: 7, keep });
  expect(await look(grew.kept, grew.told, gate, 5)).toEqual({ state: "verified", size: 7, keep });
});

test("without the proof it was rewritten, with fewer entries rolled back, and that stays", async () => {
  const short = { note: grew.told.note, proof: grew.told.proof.slice(1) };
  expect(await look(grew.kept, short, gate, 5)).toEqual({
    state: "wrong",
    wrong: "rewritten",
    seen: 3,
    now: 7,
    keep: { ...grew.kept, wrong: "rewritten" },
  });
  expect(await look(rolledBack.kept, { ...rolledBack.told, note: grew.kept.note }, gate, 5)).toMatchObject({
    state: "wrong",
    wrong: "rolled_back",
    seen: 7,
    now: 3,
  });
  // also when an honest answer comes afterwards: somebody has to know
  const known = { ...grew.kept, wrong: "rolled_back" as const };
  expect(await look(known, grew.told, gate, 6)).toMatchObject({ state: "wrong", keep: known });
});

test("another ledger under the gate's key is a story to tell, a note under another key is nothing", async () => {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const note = async (origin: string, size: number) => {
    const body = `${origin}\n${size}\n${toBase64(new Uint8Array(32))}\n`;
    const id = (await sha256(concat(utf8(`${origin}\n`), new Uint8Array([1]), own))).slice(0, 4);
    const mark = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, utf8(body)));
    return `${body}\n\u2014 ${origin} ${toBase64(concat(id, mark))}\n`;
  };
  const before = { note: await note("homebase/a", 9), atMs: 1, wrong: null };
  const after = { note: await note("homebase/b", 2), proof: [] };
  expect(await look(before, after, own, 5)).toEqual({ state: "restored", seen: 9, now: 2 });
  expect(await look(before, after, gate, 5)).toEqual({ state: "unconfirmed" });
  expect(await look(grew.kept, { note: "" }, gate, 5)).toEqual({ state: "unconfirmed" });
});
