// This phone before its gate: who it is, what it asks, what it states. The one place where questions are asked and
// answers believed; the hub in between passes both on and is trusted with neither.

import { Problem } from "../api/problem";
import { newPair, type Pair } from "../remote/crypto";
import { client } from "../state/app";
import { Store } from "../state/store";
import { language } from "../texts";
import { believed, isMembers, type Members, newNonce, NotConfirmed, textOf } from "./attest";
import { type Bytes, same, sha256, toBase64url, toHex, utf8 } from "./bytes";
import type { Json } from "./canonical";
import { type Claim, claimMac, isSecure, keyId, moment, newGrantPair, pointOf, readClaim, signStatement } from "./keys";
import { type Asking, type Enrolled, forget, keep, keepEnrolled, read } from "./memory";

/**
 * `insecure`: this page was not loaded over https; `none`: this browser knows no gate; `reads`: it is paired and knows
 * the gate's key, which knows none of it: it may look and believe, and agree to nothing. `gate`: that key.
 */
export type Me =
  | { state: "waiting" | "insecure" | "none"; phone: null; gate: null }
  | { state: "reads"; phone: null; gate: Bytes }
  | { state: "here"; phone: Enrolled; gate: Bytes };

export const me = new Store<Me>({ state: "waiting", phone: null, gate: null });

/** The gate said no, under its signature. `reason`: a code of its list. */
export class Refused extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Something was asked that only an enrolled phone can ask. */
export class NoPhone extends Error {}

let begun: Promise<Me> | null = null;

/** Who this phone is; read once. */
export function whoAmI(): Promise<Me> {
  begun ??= kept().then((now) => {
    me.update(() => now);
    return now;
  });
  return begun;
}

/** Something of it was written, or forgotten. */
export function lookAgain(): Promise<Me> {
  begun = null;
  return whoAmI();
}

async function kept(): Promise<Me> {
  const nobody = (state: "insecure" | "none"): Me => ({ state, phone: null, gate: null });
  if (!isSecure()) return nobody("insecure");
  try {
    const [phone, hub] = await Promise.all([read("phone"), read("hub")]);
    if (phone !== null) return { state: "here", phone, gate: phone.gate };
    return hub === null ? nobody("none") : { state: "reads", phone: null, gate: hub.gateKey };
  } catch {
    return nobody("insecure"); // a browser that keeps nothing can be no phone of the home
  }
}

const enrolled = async (): Promise<Enrolled> => {
  const { phone } = await whoAmI();
  if (phone === null) throw new NoPhone();
  return phone;
};

/** Become a phone of the home: `text` is what the QR code says. Throws Refused, NotConfirmed, Problem. */
export async function enrol(text: string): Promise<void> {
  const claim = readClaim(text);
  if (claim === null) throw new Refused("claim_unreadable");
  await enrolBy(claim, (await read("hub"))?.own ?? null);
}

/** The same with a claim, and the key of this phone's sessions; null: it has none. */
export async function enrolBy(claim: Claim, session: Pair | null): Promise<void> {
  const [asking, nonce] = [await keysFor(claim.gate, session), newNonce()];
  const { kid } = asking;
  const own = asking.keys.session.publicKey;
  const point = await pointOf(asking.keys.grant);
  const mac = await claimMac(claim.secret, point, own, nonce);
  const body = {
    nonce,
    grant_key: toBase64url(point),
    session_key: toBase64url(own),
    mac: toBase64url(mac),
  };
  const { told } = await ask("keys", "key", body, claim.gate);
  if (told.key !== kid || typeof told.epoch !== "string") throw new NotConfirmed("another key was enrolled");
  await keepEnrolled({ ...asking, epoch: told.epoch });
  await lookAgain();
}

/** The keys that this gate is asked to know: on the disk before it is asked, and the same at each try. */
export async function keysFor(gate: Bytes, session: Pair | null): Promise<Asking> {
  const before = await read("asking");
  const isMine = session === null || (before !== null && same(before.keys.session.publicKey, session.publicKey));
  if (before !== null && isMine && same(before.gate, gate)) return before;
  const grant = await newGrantPair();
  const keys = { grant, session: session ?? (await newPair()) };
  const asking: Asking = { keys, kid: await keyId(await pointOf(grant)), gate };
  await keep("asking", asking);
  return asking;
}

/** This browser is no phone of the home any more; the gate's list of keys is another matter. */
export async function leaveHome(): Promise<void> {
  await forget();
  await lookAgain();
}

/** The home was restored and the owner saw it: from now on its new epoch is the known one. */
export async function know(epoch: string): Promise<void> {
  const phone = { ...(await enrolled()), epoch };
  await keep("phone", phone);
  await lookAgain();
}

// questions

export interface Answer {
  told: Members;
  /** What stands beside the signature; right only where its hash is the signed one. */
  text: string | null;
}

/** One question to the gate, for whoever knows its key. Throws NotConfirmed, Refused, Problem (no answer), NoPhone. */
export async function question(path: string, kind: string, members: Members = {}): Promise<Answer> {
  const { gate } = await whoAmI();
  if (gate === null) throw new NoPhone();
  return ask(path, kind, { nonce: newNonce(), ...members }, gate);
}

async function ask(path: string, kind: string, body: { nonce: string }, gate: Bytes): Promise<Answer> {
  let content: unknown;
  try {
    content = await client.gate<unknown>("POST", `/gate/v1/${path}?lang=${language.get()}`, body);
  } catch (error) {
    if (!(error instanceof Problem) || error.body.signed === undefined) throw error;
    content = error.body;
  }
  const { signed, text } = isMembers(content) ? content : {};
  const told = await believed(signed, kind, body.nonce, gate);
  if (told.done === false) throw new Refused(textOf(told, "reason"));
  return { told, text: typeof text === "string" ? await matching(text, told.sha256) : null };
}

/** A text that stands beside its signed hash. */
async function matching(text: string, hash: unknown): Promise<string> {
  if (toHex(await sha256(utf8(text))) !== hash) throw new NotConfirmed("the text is not the signed one");
  return text;
}

export interface Page<T> {
  value: T;
  /** Whether the gate's signature says that it is so; a browser that does not know its key can't know. */
  confirmed: boolean;
}

/** A page of the gate such as `/gate/v1/activities?lang=de`. Throws NotConfirmed where this browser knows its key. */
export async function page<T>(path: string, method: "GET" | "POST" = "GET", body?: Json): Promise<Page<T>> {
  const { gate } = await whoAmI();
  if (gate === null) return { value: await client.gate<T>(method, path, body), confirmed: false };
  const nonce = newNonce();
  const full = `${path}${path.includes("?") ? "&" : "?"}nonce=${nonce}`;
  const content = await client.gate<{ text?: unknown; signed?: unknown }>(method, full, body);
  const told = await believed(content.signed, "page", nonce, gate);
  const [where, query = ""] = full.split("?");
  const asked = toHex(await sha256(utf8(body === undefined ? "" : JSON.stringify(body))));
  if (told.path !== where || told.query !== query || told.asked !== asked)
    throw new NotConfirmed("another page was signed");
  if (typeof content.text !== "string") throw new NotConfirmed("the text is missing");
  return { value: JSON.parse(await matching(content.text, told.sha256)) as T, confirmed: true };
}

// statements

/** Sign and send a statement over a new challenge. Throws Refused, NotConfirmed, Problem, NoPhone. */
export async function state(
  kind: string,
  members: (challenge: Members) => Members,
  beside: Members = {},
): Promise<Members> {
  return stateBy(await enrolled(), kind, members, beside);
}

/** The same under keys that the gate need not know yet. */
export async function stateBy(
  by: Asking,
  kind: string,
  members: (challenge: Members) => Members,
  beside: Members = {},
): Promise<Members> {
  const { told: challenge } = await question("challenges", "challenge");
  const payload = {
    type: `homebase.${kind}/1`,
    challenge: challenge.challenge ?? "",
    at: moment(Date.now()),
    ...members(challenge),
  };
  const jws = await signStatement(payload, by.kid, by.keys.grant.privateKey);
  const { told } = await question("statements", "statement", { jws, ...beside });
  if (told.done !== true) throw new NotConfirmed("the gate did not say that it is done");
  return told;
}
