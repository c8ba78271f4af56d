// A later phone's key: offered under its own signature, shown as six words, named by an owner's phone.
// Source: docs/protocols/gate.md, "Later phones".

import type { PhoneInfo } from "../api/phones";
import { sixWords } from "../remote/words";
import { isMembers, NotConfirmed, textOf } from "./attest";
import { type Bytes, concat, fromBase64url, same, sha256, toBase64url, toHex, utf8 } from "./bytes";
import type { Json } from "./canonical";
import { keyId, pointOf } from "./keys";
import { keepEnrolled, read } from "./memory";
import { keysFor, lookAgain, NoPhone, question, state, stateBy, whoAmI } from "./phone";

const CONTEXT = utf8("homebase key offer\n");
const POINT_SIZE = 65;
const SESSION_KEY_SIZE = 32;
const OFFER_SIZE = 16;
const PHONE_SIZE = 8;

/** Keys that wait to be named. `phone`: the id that the hub has for whoever has that session key. */
export interface Offer {
  offer: string;
  kid: string;
  grantKey: string;
  sessionKey: string;
  phone: string;
  words: string[];
}

type Listed = Pick<PhoneInfo, "id" | "role" | "may_agree">;

/** What both phones show for these keys. */
export async function offerWords(gate: Bytes, point: Bytes, sessionKey: Bytes, offer: Bytes): Promise<string[]> {
  return sixWords(await sha256(concat(CONTEXT, gate, point, sessionKey, offer)));
}

/** By what the home tells this phone, or this browser that may agree, from others; null: it is neither. */
export async function ownId(): Promise<string | null> {
  const [hub, phone] = await Promise.all([read("hub"), read("phone")]);
  const own = hub?.own ?? phone?.keys.session;
  return own === undefined ? null : toHex(own.publicKey.slice(0, PHONE_SIZE));
}

// the later phone

/** Offer this phone's key for ten minutes; the words to show. Throws Refused, NotConfirmed, Problem, NoPhone. */
export async function offerMine(): Promise<string[]> {
  const [{ gate }, hub] = [await whoAmI(), await read("hub")];
  if (gate === null || hub === null) throw new NoPhone();
  const asking = await keysFor(gate, hub.own);
  const point = await pointOf(asking.keys.grant);
  const sessionKey = asking.keys.session.publicKey;
  const mine = { grant_key: toBase64url(point), session_key: toBase64url(sessionKey) };
  const told = await stateBy(asking, "key-offer", () => mine);
  const offer = fromBase64url(textOf(told, "offer"));
  if (told.key !== asking.kid || offer?.length !== OFFER_SIZE) throw new NotConfirmed("another key was offered");
  return offerWords(gate, point, sessionKey, offer);
}

/** Whether this phone may agree; looks whether the key that it offered was named meanwhile. */
export async function isNamed(): Promise<boolean> {
  const [now, asking] = [await whoAmI(), await read("asking")];
  if (now.state !== "reads") return now.state === "here";
  if (asking === null || !same(asking.gate, now.gate)) return false;
  const { told } = await question("standing", "standing");
  const isMine = (one: Json) => isMembers(one) && one.key === asking.kid && one.may_grant === true;
  if (!listOf(told.keys).some(isMine)) return false;
  await keepEnrolled({ ...asking, epoch: textOf(told, "epoch") });
  await lookAgain();
  return true;
}

// an owner's phone

/** The offer of that phone; none of one that has no sessions, or may agree already. */
export function offerOf({ id, role, may_agree }: Listed, offered: readonly Offer[]): Offer | undefined {
  return role === null || may_agree === true ? undefined : offered.find((one) => one.phone === id);
}

/** What no phone in the list offers. */
export function unlisted(phones: readonly Listed[], offered: readonly Offer[]): readonly Offer[] {
  const known = new Set(phones.filter(({ role, may_agree }) => role !== null || may_agree === true).map(({ id }) => id));
  return offered.filter(({ phone }) => !known.has(phone));
}

/** The keys that wait, by the gate's signed word. Throws NotConfirmed, Problem, NoPhone. */
export async function offers(): Promise<Offer[]> {
  const { gate } = await whoAmI();
  if (gate === null) throw new NoPhone();
  const { told } = await question("offers", "offers");
  const read = await Promise.all(listOf(told.offers).map((one) => readOffer(one, gate)));
  return read.filter((one) => one !== null);
}

/** null: another form, or a key that is not the one whose id it has. */
async function readOffer(one: Json, gate: Bytes): Promise<Offer | null> {
  if (!isMembers(one)) return null;
  const [offer, grantKey, sessionKey] = [textOf(one, "offer"), textOf(one, "grant_key"), textOf(one, "session_key")];
  const [id, point, session] = [fromBase64url(offer), fromBase64url(grantKey), fromBase64url(sessionKey)];
  if (id?.length !== OFFER_SIZE || point?.length !== POINT_SIZE || session?.length !== SESSION_KEY_SIZE) return null;
  const kid = await keyId(point);
  if (one.key !== kid) return null;
  const phone = toHex(session.slice(0, PHONE_SIZE));
  return { offer, kid, grantKey, sessionKey, phone, words: await offerWords(gate, point, session, id) };
}

/** The words are the same on both: from now on that key may agree. Throws Refused, NotConfirmed, Problem, NoPhone. */
export async function nameOffer({ offer, kid, grantKey, sessionKey }: Offer): Promise<void> {
  const members = { grant_key: grantKey, may_grant: true, offer, session_key: sessionKey };
  const told = await state("key", () => members);
  if (told.key !== kid || told.may_grant !== true) throw new NotConfirmed("another key was named");
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
