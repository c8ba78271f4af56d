// What the app asks of a home, and how it follows it, whatever carries it: HTTP with a token, or a phone's session.

import type { Operation } from "./operations";
import type { EventMessage } from "./types";

/** All that an operation is asked, in one object. */
export type Fields = Readonly<Record<string, unknown>>;

export type StreamState = "connecting" | "live" | "lost";

export interface StreamListener {
  message: (message: EventMessage) => void;
  state: (state: StreamState) => void;
  /** A connection was refused or broke before the first message: is the session still valid? */
  refused: () => void;
  /** Nothing came for a while: whether the home still answers. */
  answers: () => Promise<boolean>;
}

export interface Way {
  /** One operation of the hub's table. Throws Problem. */
  ask: <T>(operation: Operation, fields?: Fields) => Promise<T>;
  /** One of the gate's own answers, `/gate/v1/…`. Throws Problem. */
  gate: <T>(method: "GET" | "POST", path: string, body?: unknown) => Promise<T>;
  /** Follow the home until the returned function is called. */
  follow: (listener: StreamListener) => () => void;
}
