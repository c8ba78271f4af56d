// The gate's signed report of an erasure: what went, what stays and why. Source: privacy/report.py.

import { type Bytes, concat, fromBase64, utf8 } from "./bytes";
import { readCanonical } from "./canonical";
import { verifyEd25519 } from "./curves";
import { isMembers, textOf } from "./attest";

const FORM = "homebase.erasure/1";

export interface Effect {
  holding: string;
  erased: number;
  stays: number;
  why: string;
}

/** What the report says; null: not signed by the gate, or of another form. */
export async function readReport(report: string, signature: string, gate: Bytes): Promise<Effect[] | null> {
  const mark = fromBase64(signature);
  if (mark === null || !(await verifyEd25519(gate, mark, concat(utf8(`${FORM}\n`), utf8(report))))) return null;
  const told = readCanonical(report);
  if (!isMembers(told) || textOf(told, "form") !== FORM || !Array.isArray(told.effects)) return null;
  return told.effects as unknown[] as Effect[];
}
