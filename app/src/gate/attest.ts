// The gate's signed answers: believed only if made by the gate's key, for this kind of question and this nonce. Pure.
// Source: docs/protocols/gate.md, "Signed answers".

import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "./bytes";
import { type Json, readCanonical } from "./canonical";
import { verifyEd25519 } from "./curves";

const CONTEXT = utf8("homebase gate answer\n");

export type Members = Readonly<Record<string, Json>>;

/** No answer of the gate, whatever else came back. */
export class NotConfirmed extends Error {}

export const newNonce = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(16)));

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member that is text, or "". */
export function textOf(told: Members, name: string): string {
  const value = told[name];
  return typeof value === "string" ? value : "";
}

/** The body that the gate signed. Throws NotConfirmed. */
export async function believed(signed: unknown, kind: string, nonce: string, gate: Bytes): Promise<Members> {
  if (!isMembers(signed) || typeof signed.text !== "string" || typeof signed.signature !== "string")
    throw new NotConfirmed("no signed answer");
  const mark = fromBase64url(signed.signature);
  if (mark === null || !(await verifyEd25519(gate, mark, concat(CONTEXT, utf8(signed.text)))))
    throw new NotConfirmed("not signed by the gate");
  const told = readCanonical(signed.text);
  if (!isMembers(told) || told.kind !== kind || told.nonce !== nonce || !isMembers(told.body ?? null))
    throw new NotConfirmed("signed by the gate, for another question");
  return told.body as Members;
}
