// One place that speaks HTTP. Answers are JSON; refusals become a `Problem` with what to do about it.

import type {
  Activities,
  Datapoint,
  Device,
  GateStatus,
  HistoryAnswer,
  LedgerPage,
  Preview,
  ProblemBody,
  Room,
  Session,
  Value,
  Withdrawal,
} from "./types";

/** A refused or failed request. `code` "network": no answer came. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.code = body.code ?? "";
  }
}

export interface ClientContext {
  token: () => string | null;
  language: () => string;
  /** The session is not valid any more. */
  loggedOut: () => void;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export class Client {
  private readonly context: ClientContext;
  private readonly fetch: Fetch;

  constructor(context: ClientContext, fetcher: Fetch = (input, init) => fetch(input, init)) {
    this.context = context;
    this.fetch = fetcher;
  }

  claimed = () => this.call<{ claimed: boolean }>("GET", "/api/v1/setup");
  setUp = (token: string, password: string, name: string, timezone: string) =>
    this.call<Session>("POST", "/api/v1/setup", {
      token,
      password,
      ...(name === "" ? {} : { name }),
      ...(timezone === "" ? {} : { timezone }),
    });
  logIn = (password: string) => this.call<Session>("POST", "/api/v1/login", { password });
  session = () => this.call<Omit<Session, "token">>("GET", "/api/v1/session");
  logOut = () => this.call<null>("DELETE", "/api/v1/session");

  setValue = (id: string, value: Value) =>
    this.call<Datapoint>("PUT", `/api/v1/datapoints/${encodeURIComponent(id)}`, { value });
  changeDevice = (address: string, change: { name?: string | null; room?: string | null }) =>
    this.call<Device>("PATCH", `/api/v1/devices/${encodeURIComponent(address)}`, change);
  unpair = (address: string, forget: boolean) =>
    this.call<null>("DELETE", `/api/v1/devices/${encodeURIComponent(address)}${forget ? "?forget=true" : ""}`);
  history = (id: string, from: Date, to: Date, points: number) =>
    this.call<HistoryAnswer>(
      "GET",
      `/api/v1/history/${encodeURIComponent(id)}?from=${from.toISOString()}&to=${to.toISOString()}&points=${points}`,
    );

  addRoom = (name: string) => this.call<Room>("POST", "/api/v1/rooms", { name });
  renameRoom = (id: string, name: string) =>
    this.call<Room>("PATCH", `/api/v1/rooms/${encodeURIComponent(id)}`, { name });
  removeRoom = (id: string) => this.call<null>("DELETE", `/api/v1/rooms/${encodeURIComponent(id)}`);

  startPairing = (name: string, seconds: number, serial = "") =>
    this.call<{ until: string }>(
      "POST",
      "/api/v1/pairing",
      serial === "" ? { interface: name, seconds } : { interface: name, seconds, serial },
    );
  stopPairing = (name: string) =>
    this.call<null>("DELETE", `/api/v1/pairing?interface=${encodeURIComponent(name)}`);

  gateStatus = () => this.call<GateStatus>("GET", "/gate/v1/status");
  activities = (language: string) =>
    this.call<Activities>("GET", `/gate/v1/activities?lang=${language}`);
  preview = (activity: string, groups: string[], ticket: string) =>
    this.call<Preview>("POST", `/gate/v1/previews?lang=${this.context.language()}`, { activity, groups, ticket });
  withdraw = (activity: string) =>
    this.call<Withdrawal>("POST", `/gate/v1/withdrawals?lang=${this.context.language()}`, { activity });
  ledger = (after: number, limit: number) =>
    this.call<LedgerPage>("GET", `/gate/v1/ledger?after=${after}&limit=${limit}`);

  /** One request; the operations above, and those of pages that are loaded later. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const token = this.context.token();
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.context.language() };
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    const init: RequestInit = { method, headers, cache: "no-store", credentials: "omit", redirect: "error" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await this.fetch(path, init);
    } catch {
      throw new Problem(0, { code: "network" });
    }
    if (response.ok) return (response.status === 204 ? null : await response.json()) as T;
    if (response.status === 401 && token !== null) this.context.loggedOut();
    throw await problemOf(response);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    // an answer without a body is still an answer: the status says enough
  }
  const wait = Number(response.headers.get("Retry-After"));
  if (Number.isFinite(wait) && wait > 0) body.retry_after_s = wait;
  return new Problem(response.status, body);
}
