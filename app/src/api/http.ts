// The way by HTTP and a bearer token, for a browser at home that is no phone of it. Answers are JSON; refusals become
// a `Problem` with what to do about it.

import { follow } from "./events";
import { type Operation, PLACES } from "./operations";
import { Problem } from "./problem";
import type { ProblemBody } from "./types";
import type { Fields, StreamListener, Way } from "./way";

export interface HttpContext {
  token: () => string | null;
  language: () => string;
  /** The session is not valid any more. */
  loggedOut: () => void;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export class HttpWay implements Way {
  constructor(
    private readonly context: HttpContext,
    private readonly fetcher: Fetch = (input, init) => fetch(input, init),
  ) {}

  ask<T>(operation: Operation, fields: Fields = {}): Promise<T> {
    const { method, path, body } = requestOf(operation, fields);
    return this.call<T>(method, path, body);
  }

  gate<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    return this.call<T>(method, path, body);
  }

  follow(listener: StreamListener): () => void {
    return follow(this.context.token() ?? "", listener);
  }

  private async call<T>(method: string, path: string, body: unknown): Promise<T> {
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
      response = await this.fetcher(path, init);
    } catch {
      throw new Problem(0, { code: "network" });
    }
    if (response.ok) return (response.status === 204 ? null : await response.json()) as T;
    if (response.status === 401 && token !== null) this.context.loggedOut();
    throw await problemOf(response);
  }
}

/** Where an operation lies, with everything that it is asked in its place. */
export function requestOf(operation: Operation, fields: Fields): { method: string; path: string; body?: Fields } {
  const [method = "", template = ""] = PLACES[operation].split(" ");
  const left = new Map(Object.entries(fields).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    left.delete(name);
    return encodeURIComponent(String(value));
  });
  if (method !== "GET" && method !== "DELETE") return { method, path: `/api/v1${path}`, body: Object.fromEntries(left) };
  const query = [...left].map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return { method, path: `/api/v1${path}${query === "" ? "" : `?${query}`}` };
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
