// Questions about people's phones, for the owner. Loaded with the page that asks them.

import type { Client } from "./client";
import type { Role } from "./types";

/** When, week after week, by the clock at home. days: 1 is Monday; minutes of the day, growing, to 1440. */
export interface Hours {
  days: number[];
  from_minutes: number;
  to_minutes: number;
}

/** rooms: ids; expires: RFC 3339; null: no limit. */
export interface Permit {
  role: Role;
  rooms: string[] | null;
  hours: Hours | null;
  expires: string | null;
}

export interface PhoneInfo extends Omit<Permit, "role"> {
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
  /** Relays that have no slot left for it. */
  without: string[];
  /** Relays that it does not name: there were too many, or homebase.toml does not name them any more. */
  left_out: string[];
  expires_in_s: number;
}

export type Why = "expired" | "shown_twice" | "refused" | "not_written" | "full" | "cancelled";

export interface Waiting {
  waiting: { pairing: string; name: string; words: string[] }[];
  ended: { pairing: string; why: Why }[];
}

export const phonesApi = (client: Client) => ({
  list: () => client.ask<{ phones: PhoneInfo[] }>("phones.list"),
  code: () => client.ask<NewCode>("phones.code"),
  waiting: () => client.ask<Waiting>("phones.waiting"),
  admit: (pairing: string, permit: Permit) => client.ask<PhoneInfo>("phones.admit", { pairing, ...permit }),
  change: (id: string, changes: Partial<Permit & { name: string }>) =>
    client.ask<PhoneInfo>("phones.change", { id, ...changes }),
  refuse: (pairing: string) => client.ask<null>("phones.refuse", { pairing }),
  remove: (id: string) => client.ask<{ key: string }>("phones.remove", { id }),
});
