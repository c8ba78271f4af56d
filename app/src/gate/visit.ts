// A visit at the gate: what holds, whether the ledger only grew, and what this phone withdrew and is not gone. Then
// the two things that a visit leads to: withdrawing, and confirming the list after a restore.

import { Store } from "../state/store";
import { isMembers, type Members, NotConfirmed, textOf } from "./attest";
import type { Json } from "./canonical";
import { type Kept, keep, read } from "./memory";
import { know, page, question, state, whoAmI } from "./phone";
import { Turns } from "./turns";
import { look, type Seen } from "./witness";

/** A consent as the gate tells phones of it. */
export interface Standing {
  mark: string;
  number: number;
  activity: string;
  recipient: string;
  host: string;
  country: string;
  form: string;
  groups: string[];
  ticket: string;
  epoch: string;
  given: string;
  until: string | null;
  used: boolean;
}

/** What the first entry of a ledger says of the one before. */
export interface Story {
  reason: string;
  entries: number | null;
}

export interface Visit {
  atMs: number;
  epoch: string;
  /** Whether the epoch is the one that this phone knows. */
  restored: boolean;
  story: Story | null;
  clockSure: boolean;
  recorded: boolean;
  deregistered: boolean;
  grants: Standing[];
  keys: { key: string; may_grant: boolean }[];
  ledger: Seen;
  /** Consents that were withdrawn here before and lived again: said once more. */
  resent: number;
}

export type Visited = { state: "never" } | { state: "unconfirmed"; atMs: number } | { state: "here"; visit: Visit };

export const visited = new Store<Visited>({ state: "never" });

const visits = new Turns(visitOnce);

/** Visit the gate, one visit at a time: it sees what was done before the call. Nothing in a browser that is no phone. */
export const visit = (): Promise<void> => visits.afresh();

/** The same for whoever did nothing there: a visit that is on its way will do. */
export const lookIn = (): Promise<void> => visits.shared();

async function visitOnce(): Promise<void> {
  const { phone } = await whoAmI();
  if (phone === null) {
    visited.update(() => ({ state: "never" })); // it may have been one
    return;
  }
  const atMs = Date.now();
  try {
    let standing = (await question("standing", "standing")).told;
    const resent = await resend(grantsOf(standing));
    if (resent > 0) standing = (await question("standing", "standing")).told;
    const ledger = await witness(phone.gate, atMs);
    const epoch = textOf(standing, "epoch");
    const restored = epoch !== phone.epoch || ledger.state === "restored";
    const made: Visit = {
      atMs,
      epoch,
      restored,
      story: restored ? await story() : null,
      clockSure: standing.clock_sure === true,
      recorded: standing.recorded === true,
      deregistered: standing.deregistered === true,
      grants: grantsOf(standing),
      keys: listOf(standing.keys) as unknown as Visit["keys"],
      ledger,
      resent,
    };
    visited.update(() => ({ state: "here", visit: made }));
  } catch (error) {
    if (!(error instanceof NotConfirmed)) throw error;
    visited.update(() => ({ state: "unconfirmed", atMs }));
  }
}

async function witness(gate: Parameters<typeof look>[2], atMs: number): Promise<Seen> {
  const before = await read("witness");
  const asked =
    before === null
      ? await question("checkpoints", "checkpoint", { old: 0 })
      : await question("witness", "witness", { checkpoint: before.note });
  const seen = await look(before, asked.told, gate, atMs);
  if (seen.state === "verified" || seen.state === "wrong") await keep("witness", seen.keep);
  return seen;
}

async function story(): Promise<Story> {
  const { value } = await page<{ entries: { kind?: string; data?: Members }[] }>("/gate/v1/ledger?after=-1&limit=1");
  const data = value.entries[0]?.kind === "epoch" ? (value.entries[0].data ?? {}) : {};
  return {
    reason: textOf(data, "reason"),
    entries: typeof data.entries === "number" ? data.entries : null,
  };
}

// what was withdrawn here

type Withdrawn = Kept["withdrawn"];

/** Say again what this phone withdrew and what lives all the same: a restore, a gate that was away, a hub that kept
 * it to itself. */
async function resend(grants: Standing[]): Promise<number> {
  const pending = (await read("pending")) ?? [];
  await remember(grants.filter((grant) => pending.some((one) => isMeant(one, grant))));
  const gone = new Set(((await read("withdrawn")) ?? []).map(({ mark }) => mark));
  const living = grants.filter(({ mark }) => gone.has(mark));
  for (const activity of new Set(living.map((grant) => grant.activity))) {
    const marks = living.filter((grant) => grant.activity === activity).map(({ mark }) => mark);
    await question("withdrawals", "withdrawal", { activity, marks });
  }
  if (pending.length > 0) await keep("pending", []);
  return living.length;
}

const isMeant = (one: Kept["pending"][number], grant: Standing): boolean =>
  one.activity === grant.activity && Date.parse(grant.given) <= one.untilMs;

/** What the gate says of a withdrawal. */
export interface Ended {
  cut: number;
  within_ms: number;
  entry: number | null;
}

/** Take back every consent to an activity. Throws NotConfirmed: it may still run, and is said again at each visit. */
export async function withdraw(activity: string): Promise<Ended> {
  const now = visited.get();
  await remember(now.state === "here" ? now.visit.grants.filter((grant) => grant.activity === activity) : []);
  const pending = ((await read("pending")) ?? []).filter((one) => one.activity !== activity);
  await keep("pending", [...pending, { activity, untilMs: Date.now() }]);
  const { told } = await question("withdrawals", "withdrawal", { activity });
  await keep("pending", pending);
  return endedOf(told);
}

/** Take back one consent of several to an activity, by its mark. Throws as withdraw. */
export async function withdrawOne(activity: string, mark: string): Promise<Ended> {
  await remember([{ activity, mark }]);
  return endedOf((await question("withdrawals", "withdrawal", { activity, marks: [mark] })).told);
}

const endedOf = (told: Members): Ended => ({
  cut: typeof told.cut === "number" ? told.cut : 0,
  within_ms: typeof told.within_ms === "number" ? told.within_ms : 0,
  entry: typeof told.entry === "number" ? told.entry : null,
});

const MOST_REMEMBERED = 500;

async function remember(more: Withdrawn): Promise<void> {
  if (more.length === 0) return;
  const before = (await read("withdrawn")) ?? [];
  const known = new Set(before.map(({ mark }) => mark));
  const fresh = more.filter(({ mark }) => !known.has(mark)).map(({ activity, mark }) => ({ activity, mark }));
  await keep("withdrawn", [...before, ...fresh].slice(-MOST_REMEMBERED));
}

/** After a restore: these consents go on, all others from before are withdrawn, here too. */
export async function confirmList(made: Visit, marks: readonly string[]): Promise<void> {
  const left = made.grants.filter((grant) => grant.epoch !== made.epoch && !marks.includes(grant.mark));
  await remember(left);
  await state("epoch", () => ({ epoch: made.epoch, keep: [...marks] }));
  const { phone } = await whoAmI();
  const asked = await question("checkpoints", "checkpoint", { old: 0 });
  const seen = phone === null ? null : await look(null, asked.told, phone.gate, Date.now());
  if (seen?.state === "verified") await keep("witness", seen.keep);
  await know(made.epoch);
  await visit();
}

function listOf(value: Json | undefined): Members[] {
  return Array.isArray(value) ? (value as Json[]).filter(isMembers) : [];
}

const grantsOf = (standing: Members): Standing[] => listOf(standing.grants) as unknown as Standing[];
