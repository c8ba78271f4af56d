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
  serial?: string;
  timezone?: string;
}

export interface Reached {
  email: { address: string; since: string; confirmed: string | null; link_until: string | null } | null;
  mail_server: { host: string; port: number; transport: string; sender: string | null; user: string | null } | null;
  sms_numbers: { number: string; label: string }[];
  push_devices: { device: string; number: string; label: string }[];
}

export interface MailPreview extends Preview {
  mail: { subject: string; text: string };
}

export const accountApi = (client: Client, language: string) => ({
  read: () => client.call<Account>("GET", "/api/v1/account"),
  change: (what: AccountChange) => client.call<Account>("PATCH", "/api/v1/account", what),
  reviewed: () => client.call<Account>("POST", "/api/v1/account/reviews", {}),
  setLicense: (document: string) => client.call<LicenseInfo>("PUT", "/api/v1/account/license", { document }),
  removeLicense: () => client.call<null>("DELETE", "/api/v1/account/license"),
  setEmail: (address: string) => client.call<Reached>("POST", `/gate/v1/account/email?lang=${language}`, { address }),
  confirm: (code: string) =>
    client.call<{ confirmed: boolean }>("POST", `/gate/v1/account/confirmations?lang=${language}`, { code }),
});

export type AccountApi = ReturnType<typeof accountApi>;
