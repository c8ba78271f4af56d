// The hub's and the gate's answers, as they cross the wire.

export type Value = boolean | number | string;
export type Origin = "reported" | "confirmed" | "restored" | "assumed" | "waiting";
export type Role = "owner" | "resident" | "guest" | "carer";

export interface Parameter {
  type: "BOOL" | "INTEGER" | "FLOAT" | "ENUM" | "STRING" | "ACTION";
  unit: string | null;
  min: number | null;
  max: number | null;
  step: number | null;
  enum: string[];
  special: Record<string, number>;
  readable: boolean;
  writable: boolean;
  event: boolean;
  category: string;
}

export interface Channel {
  index: number;
  type: string;
  parameters: Record<string, Parameter>;
}

/** What a device has yet to take, or did not take. `what`: VALUES, MASTER, LINK, PEERING, WEEK_PROGRAM, KEY. */
export interface WaitingConfiguration {
  channel: number;
  what: string;
  state: "pending" | "failed";
  at: string;
  reason: string;
}

export interface Device {
  address: string;
  model: string;
  firmware: string;
  name: string | null;
  room: string | null;
  reachable: boolean;
  /** Why not, a code of `device` among the reasons. */
  unreachable_reason?: string | null;
  pending: boolean;
  configuration?: WaitingConfiguration[];
  /** When it listens: always, burst, config, wake_up, lazy_config, conditional_burst. */
  receive_modes?: string[];
  channels: Channel[];
}

export interface Datapoint {
  id: string;
  value: Value;
  unit: string | null;
  at: string;
  origin: Origin;
}

export interface Room {
  id: string;
  name: string;
}

export interface Driver {
  name: string;
  state: "starting" | "ready" | "lost" | "stopped";
  detail: string;
  since: string;
  airtime: Airtime | null;
  radio?: RadioHardware | null;
}

export type AirtimeLevel = "normal" | "scarce" | "exhausted";

export interface Airtime {
  used_ms: number;
  limit_ms: number;
  exhausted_in_s?: number | null;
  level?: AirtimeLevel;
}

export interface RadioHardware {
  kind: string;
  serial: string;
  hardware: string;
  hardware_id: string;
  address: string;
  changed: boolean;
  at: string;
}

export type PairingStage = "open" | "heard" | "configuring" | "paired" | "failed" | "closed";

export interface PairingStep {
  interface: string;
  stage: PairingStage;
  at: string;
  until: string | null;
  device: string | null;
  model: string | null;
  rssi_dbm: number | null;
  reason: string | null;
  /** How far the configuring is; 0 of 0 when not known. */
  step?: number;
  steps?: number;
}

/** One WebSocket message: the first holds `snapshot` and everything else, later ones hold what is new. */
/** Something that people have to know. `subject`: a device's address, a driver's name, or empty. */
export interface Notification {
  id: string;
  kind: string;
  urgency: "danger" | "alarm" | "device" | "info";
  subject: string;
  begun_at: string;
  latest_at: string;
  count: number;
  ended_at: string | null;
  acknowledged_at: string | null;
  /** Empty: by the command line. */
  acknowledged_by: string;
  /** Somebody should still look. */
  waiting: boolean;
  /** Messages about it; in the list only. */
  told: { person: string; at: string; fate: string; what: string }[];
}

export interface EventMessage {
  seq: number;
  /** What its people call it, in the snapshot. */
  home?: string;
  snapshot?: Datapoint[];
  changes?: Datapoint[];
  devices?: Device[];
  removed?: string[];
  rooms?: Room[];
  drivers?: Driver[];
  /** All that wait. */
  notifications?: Notification[];
  /** One step; in the snapshot all steps of the latest windows. */
  pairing?: PairingStep | PairingStep[];
}

export interface Session {
  token: string;
  role: Role;
  expires_at: string | null;
}

export interface HistoryAnswer {
  id: string;
  unit: string | null;
  resolution_s: number;
  /** Unix milliseconds, mean, minimum, maximum; oldest first. */
  points: [number, number, number, number][];
}

/** RFC 9457, with what the owner can do about it. */
export interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  field?: string;
  value?: unknown;
  allowed?: string;
  way_out?: string;
  retry_after_s?: number;
  /** Of the gate to a phone: its word under its signature. */
  signed?: unknown;
}

export type ActivityState = "off" | "active" | "used" | "withdrawn" | "expired" | "suspended";

/** A consent that lives. */
export interface Given {
  id: number;
  recipient: string;
  form: string;
  until: string | null;
  ticket: string;
  since: string;
  state: ActivityState;
}

export interface Activity {
  id: string;
  clause: string;
  title: string;
  purpose: string;
  basis: string;
  /** The data in words. */
  data: string;
  groups: { id: string; title: string; categories: string[] }[];
  categories: string[];
  leaves_house: boolean;
  recipients: { name: string; role: string; country: string; host: string; addressee: string }[];
  forms: string[];
  longest_days: number | null;
  needs_ticket: boolean;
  /** Of everything that a yes is said to. */
  text_hash: string;
  condition: string;
  storage: string;
  available: boolean;
  /** Why it can’t be had; null where it can. */
  unbuilt: string | null;
  state: ActivityState;
  /** All that live, oldest first. */
  grants: Given[];
  last_transfer: { at: string; bytes: number; result: string; refused: string; recipient: string } | null;
  /** Why it is shut whatever the consents: objected, restricted, deregistered. */
  closed: string | null;
  refused_today: number;
  /** What began to leave today, by recipient. */
  today: { recipient: string; bytes: number }[];
}

export interface Activities {
  activities: Activity[];
  clock_sure: boolean;
  /** When the home's day began. */
  day_began: string;
  /** Of the home; UTC where none is entered. */
  timezone: string;
  /** Attempts that named no activity of the register. */
  refused_elsewhere: number;
}

export interface Preview {
  preview: string;
  sha256: string;
  bytes: number;
  text: string;
  command: string;
  expires_at: string;
}

export interface Withdrawal {
  cut: number;
  within_ms: number;
  /** Its place in the ledger; null: it could not be written, and everything outward is closed. */
  entry: number | null;
}

export interface GateStatus {
  version: string;
  jailed: boolean;
  ledger?: { size: number; root: string; checkpoint: string | null };
  network: string;
}

/** News of new versions; every text is the gate's, in the language that was asked in. */
export interface Updates {
  installed: string;
  line: string;
  problem: { code: string; text: string } | null;
  checked_at: string | null;
  update: { version: string; date: string; security: boolean; changes: string[]; fixes: string[]; file: string; sha256: string } | null;
  /** Whether the package manager's hook is set up. */
  can_install: boolean;
  /** An installation was asked for, and the hook has not taken it up yet. */
  requested: boolean;
  /** Asks for one, at the console alone. */
  command: string;
}

export interface LedgerPage {
  size: number;
  root: string;
  checkpoint?: string | null;
  entries: LedgerEntry[];
}

/** Only seq, erased and leaf_hash are left once its content is erased. */
export interface LedgerEntry {
  seq: number;
  leaf_hash: string;
  erased?: boolean;
  at?: string;
  kind?: string;
  data?: Record<string, unknown>;
}
