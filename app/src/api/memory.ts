// Questions about what devices remember: paramsets, direct links, week programs, a broken device's successor.

import type { Client } from "./client";
import type { Parameter, Value } from "./types";

export type Written = "verified" | "pending" | "unchanged" | "dry_run";

export interface Paramset {
  channel: string;
  paramset: string;
  peer: string | null;
  /** When the device told all of them; null: some never. */
  read_at: string | null;
  /** When it told each; null: assumed, as from the factory. */
  told_at: Record<string, string | null>;
  /** It sleeps; these are read when it wakes. */
  reading: boolean;
  values: Record<string, Value>;
  pending: Record<string, Value>;
  parameters: Record<string, Parameter>;
}

export interface ParameterChange {
  name: string;
  old: Value | null;
  new: Value;
}

export interface ParamsetChange {
  changes: ParameterChange[];
  written: Written;
}

export interface Peering {
  sender: string;
  receiver: string;
  sender_knows: boolean;
  receiver_knows: boolean;
  foreign: boolean;
}

export interface Profile {
  name: string;
  names: Record<string, string>;
}

export interface Period {
  until_minutes: number;
  temperature_celsius: number;
}

export type Day = readonly Period[];
export type Week = readonly Day[];

export interface Replacement {
  old: string;
  new: string;
  written: Written;
  parameters: number;
  peerings: Peering[];
  name: string | null;
  room: string | null;
  series: number;
  left_out: string[];
}

/** Which paramset: MASTER of a channel, or LINK of a channel with the other side of a link. */
export interface Place {
  channel: string;
  paramset: "MASTER" | "LINK";
  peer: string | null;
}

const query = (fields: Record<string, string | boolean | null>) => {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== "" && value !== false);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return text === "" ? "" : `?${text}`;
};

export const memoryApi = (client: Client) => {
  const channelPath = (channel: string) => `/api/v1/channels/${encodeURIComponent(channel)}`;
  const devicePath = (device: string) => `/api/v1/devices/${encodeURIComponent(device)}`;
  const between = (sender: string, receiver: string) => query({ sender, receiver });
  return {
    paramset: ({ channel, paramset, peer }: Place, refresh: boolean) =>
      client.call<Paramset>("GET", `${channelPath(channel)}/paramsets/${paramset}${query({ peer, refresh })}`),
    writeParamset: ({ channel, paramset, peer }: Place, values: Record<string, Value>, dryRun: boolean) =>
      client.call<ParamsetChange>("PUT", `${channelPath(channel)}/paramsets/${paramset}`, {
        values,
        ...(peer === null ? {} : { peer }),
        ...(dryRun ? { dry_run: true } : {}),
      }),
    peerings: (device: string, refresh: boolean) =>
      client.call<{ peerings: Peering[] }>("GET", `${devicePath(device)}/peerings${query({ refresh })}`),
    partners: (channel: string) => client.call<{ partners: string[] }>("GET", `${channelPath(channel)}/partners`),
    profiles: (sender: string, receiver: string) =>
      client.call<{ profiles: Profile[] }>("GET", `/api/v1/peerings/profiles${between(sender, receiver)}`),
    addPeering: (sender: string, receiver: string, profile: string) =>
      client.call<{ written: Written }>("POST", "/api/v1/peerings", { sender, receiver, profile }),
    removePeering: (sender: string, receiver: string) =>
      client.call<{ written: Written }>("DELETE", `/api/v1/peerings${between(sender, receiver)}`),
    week: (channel: string, program: number, refresh: boolean) =>
      client.call<{ days: Week }>("GET", `${channelPath(channel)}/weeks/${program}${query({ refresh })}`),
    writeWeek: (channel: string, program: number, days: Week) =>
      client.call<{ written: Written }>("PUT", `${channelPath(channel)}/weeks/${program}`, { days }),
    replace: (address: string, successor: string, dryRun: boolean) =>
      client.call<Replacement>("POST", `${devicePath(address)}/replacement`, {
        new: successor,
        ...(dryRun ? { dry_run: true } : {}),
      }),
    undoReplacement: (address: string, successor: string) =>
      client.call<Replacement>("DELETE", `${devicePath(address)}/replacement${query({ new: successor })}`),
  };
};

export type MemoryApi = ReturnType<typeof memoryApi>;
