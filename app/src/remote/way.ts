// The way of a paired phone: one session with its home, by the first place that works, opened again after each loss.
// Follows api/way.ts. Read downwards: run → dial → took → event / over.

import { fullJitterMs } from "../api/backoff";
import { type Operation, reads } from "../api/operations";
import { Problem } from "../api/problem";
import type { EventMessage, ProblemBody } from "../api/types";
import type { Fields, StreamListener, Way } from "../api/way";
import { toBase64url } from "../gate/bytes";
import type { Ended } from "./channel";
import type { Place } from "./code";
import { connect, type Connection } from "./connection";
import { type Code, CODE } from "./frames";
import { endOf, type HubKept } from "./kept";
import { CONNECTION_SIZE, MODE } from "./keys";
import { type Chance, NO_PAIRING } from "./opening";
import { openLine, placesOf, routeOf } from "./places";
import { type Outcome, Requests } from "./requests";
import type { Hello, PhoneFacts, SessionEvent, Welcome } from "./session";

const FOLLOW = "events.follow";
const ID_SIZE = 16;
const LOOK_MS = 1000;
const FOLLOW_AGAIN_MS = 1000;
const STEADY_MS = 10_000; // a session that ends sooner was none: the pause before the next one grows
const REST_MS = 300_000;
const FINAL: ReadonlySet<Code> = new Set([CODE.REVOKED, CODE.NOT_CONFIRMED, CODE.PAIRING_ENDED]);

/**
 * Why there is no session. `away`: nobody was reached; `stranger`: somebody who did not answer this phone; `rests`: it
 * is none of this phone's hours; `over`: its time is over, and may be given another end; `account`: by a relay it does not identify the home's account; `elsewhere`: another
 * tab of this browser has it; `hub`: the hub stops.
 */
export type Lacking = "away" | "stranger" | "rests" | "over" | "account" | "elsewhere" | "hub";

/** What the hub's goodbye means where it is more than a loss. */
const LACKING: Partial<Record<Code, Lacking>> = {
  [CODE.NOT_NOW]: "rests",
  [CODE.OVER]: "over",
  [CODE.ACCOUNT]: "account",
  [CODE.REPLACED]: "elsewhere",
  [CODE.STOPPING]: "hub",
};

/** What no other place and no next try changes for a while. */
const LASTING: ReadonlySet<Lacking | "live" | null> = new Set(["rests", "over", "account"]);

/** The silence that a goodbye explains: a hub that stops, and one whose guest's time is over, answer nobody. */
const OF_AN_END: ReadonlySet<Lacking | null> = new Set(["away", "stranger"]);
const EXPLAINS: Partial<Record<Lacking, ReadonlySet<Lacking | null>>> = { hub: new Set(["away"]), over: OF_AN_END };

/** What it means that nobody answered at a place: a relay is silent for every home that is not there. */
const SILENT: Record<Place["kind"], Lacking> = { home: "stranger", relay: "away" };

export interface Told {
  /** Which way the session goes; null: there is none. `lacking`: why not, as far as that is known. */
  connected: (by: Place["kind"] | null, lacking: Lacking | null) => void;
  /** What this phone may, and the account's mark that it shows by relays; null: nobody confirmed it yet. */
  may: (facts: PhoneFacts | null, account: string | null) => void;
  /** There will be no session any more: the phone was removed, or nobody confirmed it. */
  over: (code: Code) => void;
}

export interface Surroundings {
  chance: Chance;
  /** The origin of the gate that served this page; null: none did. */
  page: string | null;
  language: () => string;
}

type Reached = "live" | Lacking;

export class SessionWay implements Way {
  private readonly requests: Requests;
  private readonly looking: ReturnType<typeof setInterval>;
  private current: Connection | null = null;
  private by: Place["kind"] = "home";
  private stopped = false;
  private looked = false; // while it was asking: it asks once more without a pause
  private wakeUp: (() => void) | null = null;
  private ended: (() => void) | null = null;
  private listener: StreamListener | null = null;
  private following: number | null = null;
  private lacking: Lacking | null = null;
  private account: string | null;
  private endsMs: number; // of this phone's stay; NaN: never

  constructor(
    private readonly kept: HubKept,
    private readonly around: Surroundings,
    private readonly told: Told,
  ) {
    this.account = kept.account ?? null;
    this.endsMs = endOf(kept.facts);
    this.requests = new Requests(() => toBase64url(around.chance.bytes(ID_SIZE)));
    this.looking = setInterval(() => {
      this.requests.wake(performance.now());
    }, LOOK_MS);
  }

  /** Keep a session until `stop`. */
  async run(): Promise<void> {
    if (this.isPastEnd()) this.lacks("over"); // said at once: who answers, if anybody, takes a while
    for (let attempt = 0; !this.isStopped(); ) {
      const over = new Promise<void>((resolve) => {
        this.ended = resolve;
      });
      const reached = this.current === null ? await this.reach() : "live"; // it may have gone home meanwhile
      if (reached === "live") {
        const sinceMs = performance.now();
        await over;
        if (performance.now() - sinceMs >= STEADY_MS) attempt = 0;
      } else {
        this.lacks(reached);
      }
      await this.pause(attempt++);
    }
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.looking);
    this.requests.end();
    this.current?.close();
    this.wake();
  }

  private isStopped = (): boolean => this.stopped;

  private lacks(reached: Lacking | null): void {
    if (this.stopped || (this.lacking !== null && EXPLAINS[this.lacking]?.has(reached) === true)) return;
    const why = this.isPastEnd() && OF_AN_END.has(reached) ? "over" : reached;
    this.lacking = why;
    this.listener?.state("lost");
    this.told.connected(null, why);
  }

  /** By this phone's clock and what it was told last: a hub answers nobody whose time is over. */
  private isPastEnd = (): boolean => this.endsMs <= Date.now();

  /** Somebody looks, or a network is there. slept: what is open may be dead. */
  wake(slept = false): void {
    if (slept) this.current?.abandon();
    else if (this.current !== null && this.by === "relay") void this.goHome();
    if (this.wakeUp === null) this.looked = this.current === null;
    else this.wakeUp();
  }

  /** From afar to home, where it is in reach again: a session there ends the one by the relay. */
  private async goHome(): Promise<void> {
    for (const place of placesOf(this.kept.places, this.around.page)) {
      if (place.kind === "home" && (await this.dial(place)) === "live") return;
    }
  }

  private pause(attempt: number): Promise<void> {
    return new Promise((resolve) => {
      const now = this.stopped || this.looked || this.current !== null;
      this.looked = false;
      if (now) {
        resolve();
        return;
      }
      const pauseMs = this.pauseMs(attempt);
      const timer = pauseMs === null ? undefined : setTimeout(resolve, pauseMs);
      this.wakeUp = () => {
        this.wakeUp = null;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** How long; null: until somebody looks here, as another tab has the session. */
  private pauseMs(attempt: number): number | null {
    if (this.lacking === "elsewhere") return null;
    return LASTING.has(this.lacking) ? REST_MS * (0.5 + Math.random() / 2) : fullJitterMs(attempt, Math.random());
  }

  // a session

  private async reach(): Promise<Reached> {
    let lacking: Lacking = "away";
    for (const place of placesOf(this.kept.places, this.around.page)) {
      if (this.stopped) break;
      const reached = await this.dial(place);
      if (reached === "live" || LASTING.has(reached)) return reached;
      if (reached !== "away") lacking = reached;
    }
    return lacking;
  }

  private async dial(place: Place): Promise<Reached> {
    const { chance, language } = this.around;
    const { own, hubKey, psk } = this.kept;
    const connection = chance.bytes(CONNECTION_SIZE);
    const line = await openLine(place, connection).catch(() => null);
    if (line === null) return "away";
    const dial = { mode: MODE.SESSION, hubKey, own, psk, route: routeOf(place), pairing: NO_PAIRING };
    const hello: Hello = { client: `homebase app`, language: language() };
    if (place.kind === "relay" && this.account !== null) hello.account = this.account;
    return new Promise((resolve) => {
      const event = (mine: Connection, told: SessionEvent) => {
        if (told.kind === "welcomed") {
          this.took(mine, place, told.welcome);
          resolve("live");
        } else if (mine === this.current) {
          this.event(told);
        }
      };
      const over = (mine: Connection, ended: Ended | null) => {
        this.over(mine, ended);
        resolve(lackingOf(ended) ?? "away");
      };
      void connect(line, dial, chance, hello, { event, over }, connection).then((made) => {
        if (made === null) resolve(SILENT[place.kind]);
      });
    });
  }

  private took(mine: Connection, place: Place, welcome: Welcome): void {
    if (this.stopped) {
      mine.close();
      return;
    }
    const before = this.current;
    this.current = mine;
    this.by = place.kind;
    this.lacking = null; // the greeting may come after the end of the one before, which this one replaced
    this.wakeUp?.();
    if (before !== null) {
      // the better way takes over what was under way
      this.requests.lost(performance.now());
      this.following = null;
      before.abandon();
    }
    this.told.connected(place.kind, null);
    // at home it is told each time; by a relay only where it was not told yet
    this.may(welcome.phone ?? null, place.kind === "home" ? welcome.account : (welcome.account ?? this.account));
    this.requests.welcomed(welcome.boot);
    if (welcome.phone !== null) this.begin();
  }

  private may(facts: PhoneFacts | null, account: string | null): void {
    if (facts !== null) [this.account, this.endsMs] = [account, endOf(facts)];
    this.told.may(facts, account);
  }

  /** This phone may ask: what waits is sent, the home is followed. */
  private begin(): void {
    this.beginToFollow();
    this.send();
  }

  private event(event: SessionEvent): void {
    switch (event.kind) {
      case "answered":
        this.requests.answered(event.stream, event.answer);
        this.send(); // a stream is free
        break;
      case "told":
        if (event.stream === this.following) {
          this.listener?.message(event.message as EventMessage);
          this.listener?.state("live");
        }
        break;
      case "over":
        if (event.stream === this.following) this.followAgain();
        else this.requests.over(event.stream, event.code);
        break;
      case "paired":
        this.may(event.facts, event.account);
        this.begin();
        break;
      case "welcomed":
      case "secret":
        break; // the first is taken before, the second comes in pairings alone
    }
  }

  private over(mine: Connection, ended: Ended | null): void {
    if (ended?.byPeer === true && FINAL.has(ended.code)) {
      this.stop();
      this.told.over(ended.code);
    }
    if (mine !== this.current) return;
    this.current = null;
    this.following = null;
    this.requests.lost(performance.now());
    this.lacks(lackingOf(ended));
    this.ended?.();
  }

  // following

  follow(listener: StreamListener): () => void {
    this.listener = listener;
    listener.state("connecting");
    this.beginToFollow();
    this.current?.flush();
    return () => {
      if (this.listener !== listener) return;
      this.listener = null;
      if (this.following !== null) this.current?.session.end(this.following);
      this.current?.flush();
      this.following = null;
    };
  }

  private beginToFollow(): void {
    if (this.listener === null || this.current === null || this.following !== null) return;
    this.following = this.current.session.request(toBase64url(this.around.chance.bytes(ID_SIZE)), FOLLOW, {});
  }

  private followAgain(): void {
    this.following = null;
    setTimeout(() => {
      this.beginToFollow();
      this.current?.flush();
    }, FOLLOW_AGAIN_MS);
  }

  // asking

  async ask<T>(operation: Operation, fields: Fields = {}): Promise<T> {
    return bodyOf(await this.request(operation, fields, reads(operation))) as T;
  }

  async gate<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const [place = "", query = ""] = path.split("?");
    const text = body === undefined ? "" : JSON.stringify(body);
    const asked = method === "GET" ? { path: place, query } : { path: place, query, body: text };
    const outcome = await this.request(method === "GET" ? "gate.read" : "gate.act", asked, method === "GET");
    const { status, content } = bodyOf(outcome) as { status: number; content: string };
    const told = content === "" ? null : (JSON.parse(content) as unknown);
    if (status >= 400) throw new Problem(status, told as ProblemBody);
    return told as T;
  }

  private request(name: string, fields: Fields, only: boolean): Promise<Outcome> {
    const outcome = this.requests.add(name, fields, only, performance.now());
    this.send();
    return outcome;
  }

  private send(): void {
    const { current } = this;
    if (current === null) return;
    this.requests.sendAll((id, name, body) => current.session.request(id, name, body));
    current.flush();
  }
}

const lackingOf = (ended: Ended | null): Lacking | null =>
  ended?.byPeer === true ? (LACKING[ended.code] ?? null) : null;

/** What was answered. Throws Problem. */
function bodyOf(outcome: Outcome): unknown {
  if (outcome === "away") throw new Problem(0, { code: "network" });
  if (outcome === "unsure") throw new Problem(0, { code: "answer_lost" });
  if (outcome === "busy") throw new Problem(429, { code: "too_many_attempts", retry_after_s: 1 });
  if (outcome.ok) return outcome.body;
  const problem = outcome.problem as ProblemBody & { status?: number };
  throw new Problem(problem.status ?? 500, problem);
}
