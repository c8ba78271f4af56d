// What this page holds: the session, the home, the notes to the person. The only wiring in the app.

import { Client } from "../api/client";
import { HttpWay } from "../api/http";
import { Problem } from "../api/problem";
import type { Datapoint, EventMessage, Role, Session, Value } from "../api/types";
import type { StreamState, Way } from "../api/way";
import { read, type Seen } from "../gate/memory";
import { endOf, type HubKept } from "../remote/kept";
import type { Lacking } from "../remote/way";
import { language } from "../texts";
import { isAway } from "./problems";
import type { Reached } from "./first";
import { answered, apply, EMPTY, type Home } from "./home";
import { confirmationCode, parse, type Route, setupToken } from "./route";
import { Store } from "./store";

/** `not_confirmed`, `seen`: a pairing came to nothing while its words waited. */
export type LoginReason = "ended" | "out" | "spent" | "removed" | "not_confirmed" | "seen" | null;

export type Phase =
  | { name: "starting" }
  | { name: "unclaimed" }
  | { name: "setup"; token: string }
  | { name: "login"; reason: LoginReason }
  /** This browser becomes a phone of the home; `kept`: it showed its words already. */
  | { name: "pairing"; kept: HubKept | null }
  /** `token` null: by a phone's session. */
  | { name: "in"; token: string | null; role: Role; expiresAt: string | null };

export interface Link {
  state: StreamState;
  /** When the last message came, in ms of this machine's clock; 0: never. */
  heardMs: number;
  /** Who does not answer while it is lost: the whole home base, in this network or by its relays as well (`far`), the
   * hub behind its gate, or a hub that does not know this phone; or why nobody has to: it `rests`, another tab has the
   * session. null: not known yet. */
  missing: "base" | "far" | Exclude<Lacking, "away"> | null;
  /** How a phone's session goes; null: none, or a browser with a token. */
  by: "home" | "relay" | null;
}

export interface Note {
  id: number;
  kind: "done" | "problem";
  text?: string;
  problem?: Problem;
}

const TOKEN_KEPT_AS = "homebase.session";

export const phase = new Store<Phase>({ name: "starting" });
export const home = new Store<Home>(EMPTY);
export const link = new Store<Link>({ state: "connecting", heardMs: 0, missing: null, by: null });
export const route = new Store<Route>(parse(location.hash));
/** The code that a mail's link brought, until it is used. */
export const confirmation = new Store<string | null>(null);
/** The list that was seen last: where a device's page leads back to. */
export const cameFrom = new Store<Route>({ page: "home" });
/** Where the browser that set the home up leads its owner; null: another one. Gone with the page: a browser that is no
 * phone keeps nothing but its session (the notice, 7.1). */
export const reached = new Store<Reached | null>(null);
export const note = new Store<Note | null>(null);
/** Ids of datapoints whose command is on its way. */
export const busy = new Store<ReadonlySet<string>>(new Set());

/** At home with a token; a phone of the home takes its session instead. */
const byToken = new HttpWay({
  token: () => {
    const now = phase.get();
    return now.name === "in" ? now.token : null;
  },
  language: () => language.get(),
  loggedOut: () => {
    leave("ended");
  },
});
let way: Way = byToken;

export const client = new Client(
  () => way,
  () => language.get(),
);

/** From now on the home is asked that way; null: by HTTP. */
export function goBy(next: Way | null): void {
  way = next ?? byToken;
}

let unfollow: (() => void) | null = null;
let notes = 0;

/** Decide what to show first. The one-time token leaves the address bar before anything else happens. */
export async function start(): Promise<void> {
  const token = setupToken(location.hash);
  if (token !== null) history.replaceState(null, "", location.pathname);
  takeConfirmation();
  document.documentElement.lang = language.get();
  window.addEventListener("hashchange", onFragment);
  arrive();
  if (token === null && (await startAsPhone())) return;
  const kept = readToken();
  if (kept !== null && token === null) {
    if (await resume(kept)) return;
  }
  await chooseDoor(token);
}

/** A paired phone shows at once what it saw last, and then what is. */
async function startAsPhone(): Promise<boolean> {
  const [kept, seen] = await Promise.all([read("hub"), read("seen")]).catch(() => [null, null]);
  if (kept === null) return false;
  if (kept.facts === null) phase.update(() => ({ name: "pairing", kept }));
  else enterAsPhone(kept, endOf(kept.facts) <= Date.now() ? null : seen);
  return true;
}

export function enterAsPhone(kept: HubKept, seen: Seen | null): void {
  forgetToken();
  phase.update(() => ({
    name: "in",
    token: null,
    role: (kept.facts?.role ?? "guest") as Role,
    expiresAt: kept.facts?.expires ?? null,
  }));
  if (seen !== null) {
    home.update(() => ({ ...EMPTY, ...seen.home })); // an app of before may have kept less
    link.update((old) => ({ ...old, heardMs: seen.atMs }));
  }
  void import("./phone").then(({ begin }) => {
    begin(kept);
  });
}

/** The code leaves the address bar before anything else happens; the account's page uses it. */
function takeConfirmation(): void {
  const code = confirmationCode(location.hash);
  if (code === null) return;
  confirmation.update(() => code);
  history.replaceState(null, "", `${location.pathname}#/account`);
}

const LISTS: ReadonlySet<Route["page"]> = new Set<Route["page"]>(["home", "room", "devices", "radio"]);

function arrive(): void {
  const next = parse(location.hash);
  route.update(() => next);
  if (LISTS.has(next.page)) cameFrom.update(() => next);
}

function onFragment(): void {
  takeConfirmation();
  const token = setupToken(location.hash);
  if (token === null) {
    arrive();
    note.update((old) => (old?.kind === "problem" ? null : old)); // it belonged to the page that was left
    return;
  }
  history.replaceState(null, "", location.pathname);
  if (phase.get().name !== "in") void chooseDoor(token);
}

const DOOR_AGAIN_MS = 3000;
let doors = 0;

/** Which door the home has; while it does not answer it is asked again, so that nobody has to reload. */
async function chooseDoor(token: string | null): Promise<void> {
  const mine = ++doors;
  for (;;) {
    try {
      const { claimed } = await client.claimed();
      if (mine !== doors || phase.get().name === "in") return;
      note.update((old) => (isAway(old?.problem) ? null : old));
      phase.update((old) => {
        if (!claimed) return token === null ? { name: "unclaimed" } : { name: "setup", token };
        return { name: "login", reason: token !== null ? "spent" : old.name === "login" ? old.reason : null };
      });
      return;
    } catch (error) {
      if (mine !== doors || phase.get().name === "in") return;
      if (phase.get().name === "starting") {
        phase.update(() => (token === null ? { name: "login", reason: null } : { name: "setup", token }));
      }
      if (!(isAway(error) && isAway(note.get()?.problem))) tellProblem(error);
      if (!isAway(error)) return;
    }
    await new Promise((resolve) => window.setTimeout(resolve, DOOR_AGAIN_MS));
  }
}

async function resume(token: string): Promise<boolean> {
  phase.update(() => ({ name: "in", token, role: "guest", expiresAt: null }));
  try {
    const session = await client.session();
    enter({ token, ...session });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      forgetToken();
      return false;
    }
    enter({ token, role: "guest", expires_at: null }); // the home may be starting; the stream tries again
    return true;
  }
}

/** A session began: keep its token for this tab and follow the home. */
export function enter(session: Session): void {
  keepToken(session.token);
  phase.update(() => ({
    name: "in",
    token: session.token,
    role: session.role,
    expiresAt: session.expires_at,
  }));
  followHome();
}

/** Follow the home by the way that is taken now. */
export function followHome(): void {
  unfollow?.();
  unfollow = way.follow({
    message: take,
    state: (state) => {
      link.update((old) => ({ ...old, state, missing: state === "lost" ? old.missing : null }));
      if (state === "live") void learnRole();
    },
    refused: () => void answers(), // a 401 ends the session, anything else tries again
    answers,
  });
}

const PATIENCE_MS = 10_000;

/** Whether the home answers in time; who does not is remembered for the banner. */
async function answers(): Promise<boolean> {
  const late = new Promise<never>((_, reject) =>
    window.setTimeout(() => {
      reject(new Problem(0, { code: "hub_late" }));
    }, PATIENCE_MS),
  );
  try {
    await Promise.race([client.session(), late]);
    return true;
  } catch (error) {
    link.update((old) => ({ ...old, missing: error instanceof Problem && error.code === "network" ? "base" : "hub" }));
    return false;
  }
}

/** A session that was resumed while the home did not answer learns now what it may do. */
async function learnRole(): Promise<void> {
  const now = phase.get();
  if (now.name !== "in" || now.token === null || now.expiresAt !== null) return;
  const session = await client.session().catch(() => null);
  if (session === null) return;
  phase.update((old) => (old.name === "in" ? { ...old, role: session.role, expiresAt: session.expires_at } : old));
}

function take(message: EventMessage): void {
  link.update((old) => ({ ...old, heardMs: Date.now() }));
  home.update((old) => apply(old, message));
}

/** The session is over: forget everything about the home. */
export function leave(reason: LoginReason): void {
  unfollow?.();
  unfollow = null;
  doors += 1;
  forgetToken();
  reached.update(() => null);
  home.update(() => EMPTY);
  phase.update(() => ({ name: "login", reason }));
}

export async function logOut(): Promise<void> {
  try {
    await client.logOut();
  } catch {
    // logging out here must work even when the home does not answer
  }
  leave("out");
}

/** Set a value and take the device's confirmation; failures are told. */
export async function command(id: string, value: Value): Promise<Datapoint | null> {
  mark(id, true);
  try {
    const confirmed = await client.setValue(id, value);
    home.update((old) => answered(old, confirmed));
    return confirmed;
  } catch (error) {
    tellProblem(error);
    return null;
  } finally {
    mark(id, false);
  }
}

function mark(id: string, on: boolean): void {
  busy.update((old) => {
    const next = new Set(old);
    if (on) next.add(id);
    else next.delete(id);
    return next;
  });
}

export function tell(text: string): void {
  note.update(() => ({ id: ++notes, kind: "done", text }));
}

export function tellProblem(error: unknown): void {
  const problem = error instanceof Problem ? error : new Problem(-1, { detail: String(error) });
  if (problem.status === 401 && phase.get().name === "login") return;
  note.update(() => ({ id: ++notes, kind: "problem", problem }));
}

export function go(fragment: string): void {
  location.hash = fragment;
}

function readToken(): string | null {
  try {
    return sessionStorage.getItem(TOKEN_KEPT_AS);
  } catch {
    return null;
  }
}

function keepToken(token: string): void {
  try {
    sessionStorage.setItem(TOKEN_KEPT_AS, token);
  } catch {
    // without storage the session ends with a reload
  }
}

function forgetToken(): void {
  try {
    sessionStorage.removeItem(TOKEN_KEPT_AS);
  } catch {
    // nothing was kept
  }
}
