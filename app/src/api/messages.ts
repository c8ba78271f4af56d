// Messages to the household: who may get one, whom to tell, a test. Loaded with the page that asks.

import { page, type Page } from "../gate/phone";
import type { Client } from "./client";
import type { Preview } from "./types";

export type WayKind = "email" | "sms" | "push";
export type Fate = "waiting" | "sent" | "delivered" | "unknown" | "failed" | "expired" | "withdrawn";

/** One addressee by one service, as the gate knows it. */
export interface MessageWay {
  id: string;
  kind: WayKind;
  activity: string;
  /** E-mail address, number, or the id of a browser. */
  addressee: string;
  label: string;
  /** That carry messages there: of a browser its own alone. */
  services: string[];
  consent: { mark: string; recipient: string; since: string } | null;
  last: { at: string; text: string; fate: Fate; what: string } | null;
}

/** One that left, or was to; what: why it did not arrive, in words. */
export interface SentMessage {
  transfer: string;
  kind: WayKind;
  activity: string;
  addressee: string;
  recipient: string;
  at: string;
  text: string;
  fate: Fate;
  what: string;
}

export interface Messaging {
  ways: MessageWay[];
  /** Services in homebase.toml; ready: it is known how to log in. */
  services: Record<WayKind, { name: string; ready: boolean }[]>;
}

export interface MessagePreview extends Preview {
  mail: { subject: string; text: string } | null;
  /** What push services are told beside each message, by their name. */
  contacts: Record<string, string>;
}

/** Somebody who is told. ways: in the order they are tried; quiet: minutes of the day. */
export interface Told {
  id: string;
  name: string;
  ways: string[];
  quiet_from: number | null;
  quiet_to: number | null;
}

export interface SetTold {
  name: string;
  ways: string[];
  quiet: { from_minute: number; to_minute: number } | null;
}

export const messagesApi = (client: Client, language: string) => ({
  preview: (way: string): Promise<Page<MessagePreview>> =>
    page(`/gate/v1/messages/previews?lang=${language}`, "POST", { way }),
  test: (way: string) => client.gate<{ transfer: string }>("POST", `/gate/v1/messages/tests?lang=${language}`, { way }),
  /** way: null for all that were sent. */
  erase: (way: string | null): Promise<Page<{ forgotten: number }>> =>
    page(`/gate/v1/messages/erasures?lang=${language}`, "POST", { way }),
  people: () => client.ask<{ people: Told[] }>("notifications.people"),
  setPerson: (person: SetTold) => client.ask<Told>("notifications.set_person", { ...person }),
  dropPerson: (id: string) => client.ask<null>("notifications.drop_person", { id }),
});
