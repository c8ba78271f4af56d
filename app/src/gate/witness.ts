// This phone as a witness of the ledger: it keeps the last checkpoint, and believes a later one only with the proof
// that the ledger grew from there. Pure but for hashes; visit.ts asks and keeps.

import { type Members, textOf } from "./attest";
import { type Bytes, fromBase64 } from "./bytes";
import { type Checkpoint, readCheckpoint } from "./checkpoint";
import type { Witnessed } from "./memory";
import { grewFrom } from "./merkle";

export type Seen =
  | { state: "verified"; size: number; keep: Witnessed }
  | { state: "wrong"; wrong: "rolled_back" | "rewritten"; seen: number; now: number; keep: Witnessed }
  | { state: "restored"; seen: number; now: number }
  | { state: "unconfirmed" };

/** What the gate's answer to `witness` or `checkpoints` means for a phone that kept `before`; null: its first visit. */
export async function look(before: Witnessed | null, told: Members, gate: Bytes, atMs: number): Promise<Seen> {
  const note = textOf(told, "note");
  const now = await readCheckpoint(note, gate);
  if (now === null) return { state: "unconfirmed" };
  const fresh: Witnessed = { note, atMs, wrong: null };
  if (before === null) return { state: "verified", size: now.size, keep: fresh };
  const old = await readCheckpoint(before.note, gate);
  if (old === null) return { state: "unconfirmed" };
  if (before.wrong !== null) return { state: "wrong", wrong: before.wrong, seen: old.size, now: now.size, keep: before };
  if (old.origin !== now.origin) return { state: "restored", seen: old.size, now: now.size };
  if (await grew(old, now, told.proof)) return { state: "verified", size: now.size, keep: fresh };
  const wrong = now.size < old.size ? "rolled_back" : "rewritten";
  return { state: "wrong", wrong, seen: old.size, now: now.size, keep: { ...before, wrong } };
}

async function grew(old: Checkpoint, now: Checkpoint, proof: unknown): Promise<boolean> {
  if (old.size === 0) return true; // an empty ledger begins every ledger
  const steps = Array.isArray(proof) ? proof.map((step) => (typeof step === "string" ? fromBase64(step) : null)) : [];
  const known = steps.filter((step) => step !== null);
  return known.length === steps.length && grewFrom(old, now, known);
}
