// Push to this browser: what it subscribes with, and telling the gate of it. Loaded with the page that asks.

import type { Client } from "./client";

export interface PushFacts {
  /** The gate's public key, base64url. */
  key: string;
  /** Hosts of push services in homebase.toml. */
  hosts: string[];
}

export interface Subscribed {
  device: string;
}

export const pushApi = (client: Client, language: string) => ({
  facts: () => client.gate<PushFacts>("GET", `/gate/v1/push?lang=${language}`),
  subscribe: (subscription: { endpoint: string; p256dh: string; auth: string; label: string }) =>
    client.gate<Subscribed>("POST", `/gate/v1/push/subscriptions?lang=${language}`, subscription),
});
