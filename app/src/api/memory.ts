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

const again = (refresh: boolean) => (refresh ? { refresh } : {});
const looking = (dryRun: boolean) => (dryRun ? { dry_run: true } : {});

export const memoryApi = (client: Client) => {
  return {
    paramset: ({ channel, paramset, peer }: Place, refresh: boolean) =>
      client.ask<Paramset>("paramsets.read", { channel, paramset, ...(peer !== null && { peer }), ...again(refresh) }),
    writeParamset: ({ channel, paramset, peer }: Place, values: Record<string, Value>, dryRun: boolean) =>
      client.ask<ParamsetChange>("paramsets.write", {
        channel,
        paramset,
        values,
        ...(peer !== null && { peer }),
        ...looking(dryRun),
      }),
    peerings: (device: string, refresh: boolean) =>
      client.ask<{ peerings: Peering[] }>("peerings.list", { address: device, ...again(refresh) }),
    partners: (channel: string) => client.ask<{ partners: string[] }>("peerings.partners", { channel }),
    profiles: (sender: string, receiver: string) =>
      client.ask<{ profiles: Profile[] }>("peerings.profiles", { sender, receiver }),
    addPeering: (sender: string, receiver: string, profile: string) =>
      client.ask<{ written: Written }>("peerings.add", { sender, receiver, profile }),
    removePeering: (sender: string, receiver: string) =>
      client.ask<{ written: Written }>("peerings.remove", { sender, receiver }),
    week: (channel: string, program: number, refresh: boolean) =>
      client.ask<{ days: Week }>("weeks.read", { channel, program, ...again(refresh) }),
    writeWeek: (channel: string, program: number, days: Week) =>
      client.ask<{ written: Written }>("weeks.write", { channel, program, days }),
    replace: (address: string, successor: string, dryRun: boolean) =>
      client.ask<Replacement>("replacement.do", { address, new: successor, ...looking(dryRun) }),
    undoReplacement: (address: string, successor: string) =>
      client.ask<Replacement>("replacement.undo", { address, new: successor }),
  };
};

export type MemoryApi = ReturnType<typeof memoryApi>;
