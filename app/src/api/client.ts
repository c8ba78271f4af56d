// What the pages ask, in their words; the way it goes may change while the app runs.

import type { Operation } from "./operations";
import type { Activities, Datapoint, Device, GateStatus, HistoryAnswer, LedgerPage, Preview, Room, Session, Value, Withdrawal } from "./types";
import type { Fields, Way } from "./way";

export class Client {
  constructor(
    private readonly way: () => Way,
    private readonly language: () => string,
  ) {}

  claimed = () => this.ask<{ claimed: boolean }>("setup.read");
  setUp = (token: string, password: string, name: string, timezone: string) =>
    this.ask<Session>("setup.claim", {
      token,
      password,
      ...(name === "" ? {} : { name }),
      ...(timezone === "" ? {} : { timezone }),
    });
  logIn = (password: string) => this.ask<Session>("login", { password });
  session = () => this.ask<Omit<Session, "token">>("session.read");
  logOut = () => this.ask<null>("session.end");

  setValue = (id: string, value: Value) => this.ask<Datapoint>("datapoints.set", { id, value });
  changeDevice = (address: string, change: { name?: string | null; room?: string | null }) =>
    this.ask<Device>("devices.change", { address, ...change });
  unpair = (address: string, forget: boolean) => this.ask<null>("devices.remove", { address, ...(forget && { forget }) });
  history = (id: string, from: Date, to: Date, points: number) =>
    this.ask<HistoryAnswer>("history.read", { id, from: from.toISOString(), to: to.toISOString(), points });

  addRoom = (name: string) => this.ask<Room>("rooms.add", { name });
  renameRoom = (id: string, name: string) => this.ask<Room>("rooms.rename", { id, name });
  removeRoom = (id: string) => this.ask<null>("rooms.remove", { id });

  startPairing = (name: string, seconds: number, serial = "") =>
    this.ask<{ until: string }>("pairing.start", { interface: name, seconds, ...(serial !== "" && { serial }) });
  stopPairing = (name: string) => this.ask<null>("pairing.stop", { interface: name });

  gateStatus = () => this.gate<GateStatus>("GET", "/gate/v1/status");
  activities = (language: string) => this.gate<Activities>("GET", `/gate/v1/activities?lang=${language}`);
  preview = (activity: string, groups: string[], ticket: string) =>
    this.gate<Preview>("POST", `/gate/v1/previews?lang=${this.language()}`, { activity, groups, ticket });
  /** marks: of these consents alone. */
  withdraw = (activity: string, marks?: string[]) =>
    this.gate<Withdrawal>("POST", `/gate/v1/withdrawals?lang=${this.language()}`, { activity, ...(marks !== undefined && { marks }) });
  ledger = (after: number, limit: number) =>
    this.gate<LedgerPage>("GET", `/gate/v1/ledger?after=${after}&limit=${limit}`);

  /** One operation; those above, and those of pages that are loaded later. */
  ask<T>(operation: Operation, fields?: Fields): Promise<T> {
    return this.way().ask<T>(operation, fields);
  }

  gate<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    return this.way().gate<T>(method, path, body);
  }
}
