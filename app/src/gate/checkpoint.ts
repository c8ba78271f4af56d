// Checkpoints of the ledger: C2SP signed notes under the gate's key. Pure but for the hash.

import { type Bytes, concat, fromBase64, same, sha256, utf8 } from "./bytes";
import { verifyEd25519 } from "./curves";

const ED25519 = new Uint8Array([1]); // signed-note, "Signatures"
const ROOT_SIZE = 32;
const ID_SIZE = 4;

export interface Checkpoint {
  /** Names the ledger: a new epoch has a new one. */
  origin: string;
  size: number;
  root: Bytes;
}

/** What the note says; null: another form, or not signed by the gate's key. */
export async function readCheckpoint(note: string, gate: Bytes): Promise<Checkpoint | null> {
  const cut = note.indexOf("\n\n");
  if (cut < 0) return null;
  const body = note.slice(0, cut + 1);
  const [origin = "", size = "", encoded = "", ...rest] = body.slice(0, -1).split("\n");
  const root = fromBase64(encoded);
  if (rest.length > 0 || !/^(0|[1-9][0-9]{0,14})$/.test(size) || root?.length !== ROOT_SIZE) return null;
  const id = (await sha256(concat(utf8(`${origin}\n`), ED25519, gate))).slice(0, ID_SIZE);
  for (const line of note.slice(cut + 2).split("\n")) {
    const [dash, name, mark = ""] = line.split(" ");
    const bytes = dash === "\u2014" && name === origin ? fromBase64(mark) : null;
    if (bytes === null || !same(bytes.slice(0, ID_SIZE), id)) continue; // somebody else's, a witness's for example
    return (await verifyEd25519(gate, bytes.slice(ID_SIZE), utf8(body))) ? { origin, size: Number(size), root } : null;
  }
  return null;
}
