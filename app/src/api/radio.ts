// Questions about a radio: frames, send time, signal strength, keys. Loaded with the pages that ask them.

import type { AirtimeLevel } from "./types";
import type { Client } from "./client";

export interface RadioFrame {
  number: number;
  at: string;
  sent: boolean;
  /** Hex from the length byte on. */
  data: string;
  rssi_dbm: number | null;
  /** Devices of this home; null: the home base, everybody, a stranger. */
  sender: string | null;
  receiver: string | null;
  /** Meant for the home base. */
  to_us: boolean;
}

export type CauseName = "alarm" | "user" | "api" | "rule" | "background";

export interface AirtimeEntry {
  device: string | null;
  cause: CauseName;
  name: string;
  used_ms: number;
  frames: number;
  bursts: number;
}

export interface AirtimeReport {
  used_ms: number;
  limit_ms: number;
  answer_reserve_ms: number;
  alarm_reserve_ms: number;
  exhausted_in_s: number | null;
  level: AirtimeLevel;
  entries: AirtimeEntry[];
}

export interface SignalSample {
  at: string;
  dbm: number;
  frames: number;
}

export interface Signal {
  device: string;
  last_dbm: number | null;
  peer_dbm: number | null;
  samples: SignalSample[];
}

export type KeyState = "none" | "default" | "system" | "previous" | "exchanging" | "foreign";

export interface DeviceKey {
  device: string;
  state: KeyState;
  index: number;
}

export interface Keys {
  index: number;
  sheet_checked: boolean;
  devices: DeviceKey[];
}

export interface KeySheet {
  address: string;
  index: number;
  words: string[];
  code: string;
}

export const radioApi = (client: Client, name: string) => {
  const on = { interface: name };
  return {
    frames: (after: number) => client.ask<{ frames: RadioFrame[] }>("radio.frames", { ...on, after }),
    airtime: () => client.ask<AirtimeReport>("radio.airtime", on),
    signals: () => client.ask<{ signals: Signal[] }>("radio.signals", on),
    keys: () => client.ask<Keys>("keys.list", on),
    sheet: () => client.ask<KeySheet>("keys.sheet", on),
    checkSheet: (text: string) => client.ask<{ right: boolean }>("keys.check", { ...on, text }),
    setKey: (how: { passphrase?: string; sheet?: string }) => client.ask<Keys>("keys.set", { ...on, ...how }),
  };
};

export type RadioApi = ReturnType<typeof radioApi>;
