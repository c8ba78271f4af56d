// This phone before its gate: who it is, what it asks, what it states. The one place where questions are asked and
// answers believed; the hub in between passes both on and is trusted with neither.

import { Problem } from "../api/problem";
import { newPair, type Pair } from "../remote/crypto";
import { client } from "../state/app";
import { Store } from "../state/store";
import { language } from "../texts";
import { believed, isMembers, type Members, newNonce, NotConfirmed, textOf } from "./attest";
import { type Bytes, sha256, toBase64url, toHex, utf8 } from "./bytes";
import type { Json } from "./canonical";
import { type Claim, claimMac, isSecure, keyId, moment, newGrantPair, pointOf, readClaim, signStatement } from "./keys";
import { type Enrolled, forget, forgetGate, keep, read } from "./memory";

/** `insecure`: this page was not loaded over https; `none`: this browser is no phone of the home. */
export type Me = { state: "waiting" | "insecure" | "none"; phone: null } | { state: "here"; phone: Enrolled };

export const me = new Store<Me>({ state: "waiting", phone: null });

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
  begun ??= (isSecure() ? read("phone") : Promise.resolve(undefined))
    .catch(() => undefined) // a browser that keeps nothing can be no phone of the home
    .then((phone) => {
      me.update(() => (phone ? { state: "here", phone } : { state: phone === null ? "none" : "insecure", phone: null }));
      return me.get();
    });
  return begun;
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
  await enrolBy(claim, await newPair());
}

/** The same with the claim of a pairing's code, and the key of this phone's sessions. */
export async function enrolBy(claim: Claim, session: Pair): Promise<void> {
  const [grant, nonce] = [await newGrantPair(), newNonce()];
  const point = await pointOf(grant);
  const mac = await claimMac(claim.secret, point, session.publicKey, nonce);
  const body = {
    nonce,
    grant_key: toBase64url(point),
    session_key: toBase64url(session.publicKey),
    mac: toBase64url(mac),
  };
  const { told } = await ask("keys", "key", body, claim.gate);
  const kid = await keyId(point);
  if (told.key !== kid || typeof told.epoch !== "string") throw new NotConfirmed("another key was enrolled");
  const phone: Enrolled = { keys: { grant, session }, kid, gate: claim.gate, epoch: told.epoch };
  await forgetGate(); // of a home before
  await keep("phone", phone);
  begun = null;
  await whoAmI();
}

/** This browser is no phone of the home any more; the gate's list of keys is another matter. */
export async function leaveHome(): Promise<void> {
  await forget();
  begun = null;
  await whoAmI();
}

/** The home was restored and the owner saw it: from now on its new epoch is the known one. */
export async function know(epoch: string): Promise<void> {
  const phone = { ...(await enrolled()), epoch };
  await keep("phone", phone);
  begun = null;
  await whoAmI();
}

// questions

export interface Answer {
  told: Members;
  /** What stands beside the signature; right only where its hash is the signed one. */
  text: string | null;
}

/** One question to the gate. Throws NotConfirmed, Refused, Problem (no answer), NoPhone. */
export async function question(path: string, kind: string, members: Members = {}): Promise<Answer> {
  const { gate } = await enrolled();
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
  /** Whether the gate's signature says that it is so; a browser that is no phone can't know. */
  confirmed: boolean;
}

/** A page of the gate such as `/gate/v1/activities?lang=de`. Throws NotConfirmed where this is a phone. */
export async function page<T>(path: string, method: "GET" | "POST" = "GET", body?: Json): Promise<Page<T>> {
  const { phone } = await whoAmI();
  if (phone === null) return { value: await client.gate<T>(method, path, body), confirmed: false };
  const nonce = newNonce();
  const full = `${path}${path.includes("?") ? "&" : "?"}nonce=${nonce}`;
  const content = await client.gate<{ text?: unknown; signed?: unknown }>(method, full, body);
  const told = await believed(content.signed, "page", nonce, phone.gate);
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
  const phone = await enrolled();
  const { told: challenge } = await question("challenges", "challenge");
  const payload = {
    type: `homebase.${kind}/1`,
    challenge: challenge.challenge ?? "",
    at: moment(Date.now()),
    ...members(challenge),
  };
  const jws = await signStatement(payload, phone.kid, phone.keys.grant.privateKey);
  const { told } = await question("statements", "statement", { jws, ...beside });
  if (told.done !== true) throw new NotConfirmed("the gate did not say that it is done");
  return told;
}
