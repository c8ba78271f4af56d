// What this phone keeps: its keys, how it reaches its home and what that looked like, the account's mark, the gate's
// key, the last checkpoint, what it withdrew, and what it need not be asked again. IndexedDB, since only there a key can be kept that no script can read.
// The notice (7.1) lists the database by its name; a phone that is removed forgets all of it.

import type { HubKept } from "../remote/kept";
import type { Reached } from "../state/first";
import type { Home } from "../state/home";
import type { Bytes } from "./bytes";
import type { PhoneKeys } from "./keys";

export const DATABASE_KEPT_AS = "homebase.phone";
const STORE = "kept";

/** This phone and its gate. */
export interface Enrolled {
  keys: PhoneKeys;
  kid: string;
  gate: Bytes;
  /** The gate's epoch at the last visit: another one means that the home was restored. */
  epoch: string;
}

/** What the gate was asked to know: the same at each try, so that it knows this phone whichever answer was lost. */
export type Asking = Omit<Enrolled, "epoch">;

/** The last checkpoint that was right; `wrong`: what was found later and has to stay red. */
export interface Witnessed {
  note: string;
  atMs: number;
  wrong: "rolled_back" | "rewritten" | null;
}

/** The home as it was seen last, to be shown until it answers. `atMs`: when, by this phone's clock. */
export interface Seen {
  home: Home;
  atMs: number;
}

export interface Kept {
  hub: HubKept;
  seen: Seen;
  asking: Asking;
  phone: Enrolled;
  witness: Witnessed;
  /** Where its owner is led next, after the name and timezone of a home that was begun with this phone. */
  first: Reached;
  /** Marks of consents that this phone knows as withdrawn, with their activity. */
  withdrawn: { activity: string; mark: string }[];
  /** Withdrawals that the gate has not confirmed: of everything that was given until then, by this phone's clock. */
  pending: { activity: string; untilMs: number }[];
}

export async function read<K extends keyof Kept>(name: K): Promise<Kept[K] | null> {
  return (await inStore<Kept[K] | undefined>("readonly", (store) => store.get(name) as IDBRequest<Kept[K] | undefined>)) ?? null;
}

/** Written whole or not at all; on the disk when this returns. */
export async function keep<K extends keyof Kept>(name: K, value: Kept[K]): Promise<void> {
  await inStore("readwrite", (store) => store.put(value, name));
}

/** Forget one thing. */
export async function drop(name: keyof Kept): Promise<void> {
  await inStore("readwrite", (store) => store.delete(name));
}

/** Forget everything: this browser is no phone of the home any more. */
export async function forget(): Promise<void> {
  await inStore("readwrite", (store) => store.clear());
}

/** The gate knows this phone: what was kept of a gate before goes, how the home is reached stays. */
export async function keepEnrolled(phone: Enrolled): Promise<void> {
  await inStore("readwrite", (store) => {
    for (const name of ["asking", "witness", "withdrawn", "pending"] satisfies (keyof Kept)[]) store.delete(name);
    return store.put(phone, "phone");
  });
}

async function inStore<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const work = database.transaction(STORE, mode, { durability: "strict" });
      const asked = run(work.objectStore(STORE));
      work.oncomplete = () => {
        resolve(asked.result);
      };
      work.onabort = work.onerror = () => {
        reject(work.error ?? new Error("the browser keeps nothing"));
      };
    });
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE_KEPT_AS, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(STORE);
    };
    asked.onsuccess = () => {
      resolve(asked.result);
    };
    asked.onerror = () => {
      reject(asked.error ?? new Error("the browser keeps nothing"));
    };
  });
}
