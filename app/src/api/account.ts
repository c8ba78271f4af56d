// Questions about the account and the installation. Loaded with the page that asks them.

import type { Client } from "./client";
import type { Preview, RadioHardware } from "./types";

export interface LicenseInfo {
  /** valid, or why it does not count. */
  state: string;
  id: string;
  customer: string;
  product: string;
  expires_at: string | null;
}

export interface Installation {
  home_base_id: string;
  /** Of the home. */
  name: string;
  serial: string;
  timezone: string;
  license: LicenseInfo | null;
  radios: Record<string, RadioHardware>;
}

export interface Account {
  name: string;
  postal_address: string;
  customer_id: string;
  missing: string[];
  reviewed_at: string;
  review_due: boolean;
  installation: Installation;
}

export interface AccountChange {
  name?: string;
  postal_address?: string;
  customer_id?: string;
  home?: string;
  serial?: string;
  timezone?: string;
}

export interface Reached {
  email: { address: string; since: string; confirmed: string | null; link_until: string | null } | null;
  mail_server: { host: string; port: number; transport: string; sender: string | null; user: string | null } | null;
  sms_numbers: { number: string; label: string }[];
  push_devices: { device: string; number: string; label: string }[];
}

/** What came of asking somebody outside for the timezone. */
export interface LookedUp {
  /** This set-up had its one question. */
  over: boolean;
  /** Whether the latest one was answered; null: there was none since the gate started. */
  answered: boolean | null;
  /** What was said, until the gate starts anew; null: nothing, or no timezone. */
  timezone: string | null;
}

export type Kind = "sms" | "push";

/** A phone that messages may go to. */
export interface Contact {
  kind: Kind;
  number: string;
  label: string;
  /** Of a phone for push; empty for SMS. */
  device: string;
}

export interface MailPreview extends Preview {
  mail: { subject: string; text: string };
}

export const accountApi = (client: Client, language: string) => ({
  read: () => client.ask<Account>("account.read"),
  change: (what: AccountChange) => client.ask<Account>("account.change", { ...what }),
  reviewed: () => client.ask<Account>("account.review"),
  setLicense: (document: string) => client.ask<LicenseInfo>("license.set", { document }),
  removeLicense: () => client.ask<null>("license.remove"),
  setEmail: (address: string) => client.gate<Reached>("POST", `/gate/v1/account/email?lang=${language}`, { address }),
  /** replaces: the number, or for push the device, that it comes in the place of; "" is none. */
  keepContact: ({ number, label, device }: Contact, replaces: string) =>
    client.gate<Reached>("POST", `/gate/v1/account/contacts?lang=${language}`, { number, label, device, replaces }),
  dropContact: ({ number, device }: Contact) =>
    client.gate<Reached>("POST", `/gate/v1/account/contacts/removals?lang=${language}`, { number, device }),
  confirm: (code: string) =>
    client.gate<{ confirmed: boolean }>("POST", `/gate/v1/account/confirmations?lang=${language}`, { code }),
});

export type AccountApi = ReturnType<typeof accountApi>;
