// Questions about people's phones, for the owner. Loaded with the page that asks them.

import type { Client } from "./client";
import type { Role } from "./types";

export interface PhoneInfo {
  id: string;
  name: string;
  /** null: nobody confirmed it yet, or a browser that may agree and has no sessions. */
  role: Role | null;
  state: "open" | "rests" | "over";
  since: string;
  last_seen: string | null;
  connected: boolean;
  may_agree: boolean | null;
}

export interface NewCode {
  pairing_id: string;
  hub_key: string;
  pairing: string;
  secret: string;
  ways: string[];
  expires_in_s: number;
}

export type Why = "expired" | "shown_twice" | "refused" | "not_written" | "cancelled";

export interface Waiting {
  waiting: { pairing: string; name: string; words: string[] }[];
  ended: { pairing: string; why: Why }[];
}

export const phonesApi = (client: Client) => ({
  list: () => client.ask<{ phones: PhoneInfo[] }>("phones.list"),
  code: () => client.ask<NewCode>("phones.code"),
  waiting: () => client.ask<Waiting>("phones.waiting"),
  admit: (pairing: string, role: string) => client.ask<PhoneInfo>("phones.admit", { pairing, role }),
  refuse: (pairing: string) => client.ask<null>("phones.refuse", { pairing }),
  remove: (id: string) => client.ask<{ key: string }>("phones.remove", { id }),
});
