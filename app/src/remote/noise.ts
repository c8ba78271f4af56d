// The Noise Protocol Framework for 25519, AESGCM and SHA256: messages in, messages out; no network, no clock.
// Randomness is handed in. What the other side sends never throws: a message that is not authentic gives null, and
// that handshake is over. Source: The Noise Protocol Framework, revision 34; docs/protocols/remote.md, "Handshake".

import { type Bytes, concat, utf8 } from "../gate/bytes";
import { agreed, Cipher, hashed, hkdf, KEY_SIZE, type Pair, TAG_SIZE } from "./crypto";
import type { Pattern } from "./pattern";

const EMPTY = new Uint8Array(0);
const MOST = 65_535; // bytes of a Noise message

export interface Split {
  sending: Cipher;
  receiving: Cipher;
  /** The same on both sides and nowhere else (section 11.2). */
  hash: Bytes;
}

export interface Side {
  pattern: Pattern;
  initiator: boolean;
  prologue: Bytes;
  /** Our static pair, where the pattern has one. */
  own?: Pair;
  /** The peer's static key, where we know it beforehand. */
  remote?: Bytes;
  /** The next pre-shared key for a peer of that key; null refuses it. */
  psk?: (remote: Bytes | null) => Bytes | null;
  newPair: () => Promise<Pair>;
}

export class Handshake {
  private chaining: Bytes = EMPTY;
  private cipher: Cipher | null = null;
  private nonce = 0;
  private ephemeral: Pair | null = null;
  private remoteEphemeral: Bytes | null = null;
  private count = 0;
  private dead = false;
  remoteStatic: Bytes | null;

  private constructor(
    private readonly side: Side,
    private hash: Bytes,
  ) {
    this.remoteStatic = side.remote ?? null;
  }

  static async begin(side: Side): Promise<Handshake> {
    const name = utf8(`Noise_${side.pattern.name}_25519_AESGCM_SHA256`);
    const first = name.length <= KEY_SIZE ? concat(name, new Uint8Array(KEY_SIZE - name.length)) : await hashed(name);
    const made = new Handshake(side, first);
    made.chaining = first;
    await made.mixHash(side.prologue);
    const { initiatorKnown, responderKnown } = side.pattern;
    if (initiatorKnown) await made.mixHash(made.known(side.initiator));
    if (responderKnown) await made.mixHash(made.known(!side.initiator));
    return made;
  }

  get done(): boolean {
    return !this.dead && this.count === this.side.pattern.messages.length;
  }

  /** Our next message. Throws where it is not our turn, or a key is missing. */
  async write(payload: Bytes = EMPTY): Promise<Bytes> {
    if (this.dead || this.done || !this.isOurTurn) throw new Error("it is not this side's turn to write");
    const parts: Bytes[] = [];
    for (const token of this.tokens) parts.push(await this.writeToken(token));
    parts.push(await this.encrypt(payload));
    this.count += 1;
    return concat(...parts);
  }

  /** The payload of the peer's next message; null: not authentic, and this handshake is over. */
  async read(message: Bytes): Promise<Bytes | null> {
    const payload = this.dead || this.done || this.isOurTurn || message.length > MOST ? null : await this.readAll(message);
    if (payload === null) this.dead = true;
    else this.count += 1;
    return payload;
  }

  /** The two transport keys of a finished handshake. */
  async split(): Promise<Split> {
    if (!this.done) throw new Error("the handshake is not done");
    const keys = await hkdf(EMPTY, this.chaining, EMPTY, 2 * KEY_SIZE);
    const [up, down] = [await Cipher.of(keys.slice(0, KEY_SIZE)), await Cipher.of(keys.slice(KEY_SIZE))];
    const [sending, receiving] = this.side.initiator ? [up, down] : [down, up];
    return { sending, receiving, hash: this.hash };
  }

  private get isOurTurn(): boolean {
    return (this.count % 2 === 0) === this.side.initiator;
  }

  private get tokens(): readonly string[] {
    return this.side.pattern.messages[this.count] ?? [];
  }

  private known(ours: boolean): Bytes {
    const key = ours ? this.side.own?.publicKey : this.remoteStatic;
    if (key === undefined || key === null) throw new Error("the pattern needs a static key that is not there");
    return key;
  }

  // tokens

  private async writeToken(token: string): Promise<Bytes> {
    if (token === "e") {
      this.ephemeral = await this.side.newPair();
      await this.mixEphemeral(this.ephemeral.publicKey);
      return this.ephemeral.publicKey;
    }
    if (token === "s") return this.encrypt(this.known(true));
    if (!(await this.mixSecret(token))) throw new Error(`no key for ${token}`);
    return EMPTY;
  }

  private async readAll(message: Bytes): Promise<Bytes | null> {
    let rest = message;
    for (const token of this.tokens) {
      if (token === "e") {
        if (rest.length < KEY_SIZE) return null;
        this.remoteEphemeral = rest.slice(0, KEY_SIZE);
        rest = rest.slice(KEY_SIZE);
        await this.mixEphemeral(this.remoteEphemeral);
      } else if (token === "s") {
        const size = KEY_SIZE + (this.cipher === null ? 0 : TAG_SIZE);
        if (rest.length < size) return null;
        this.remoteStatic = await this.decrypt(rest.slice(0, size));
        if (this.remoteStatic === null) return null;
        rest = rest.slice(size);
      } else if (!(await this.mixSecret(token))) {
        return null;
      }
    }
    return this.decrypt(rest);
  }

  private async mixSecret(token: string): Promise<boolean> {
    if (token === "psk") {
      const psk = this.side.psk?.(this.remoteStatic) ?? null;
      if (psk === null) return false;
      const made = await hkdf(psk, this.chaining, EMPTY, 3 * KEY_SIZE);
      this.chaining = made.slice(0, KEY_SIZE);
      await this.mixHash(made.slice(KEY_SIZE, 2 * KEY_SIZE));
      await this.use(made.slice(2 * KEY_SIZE));
      return true;
    }
    // "es": the initiator's ephemeral and the responder's static key
    const [ours, theirs] = this.side.initiator ? [token[0], token[1]] : [token[1], token[0]];
    const secret = (ours === "e" ? this.ephemeral : this.side.own)?.secret;
    const publicKey = theirs === "e" ? this.remoteEphemeral : this.remoteStatic;
    if (secret === undefined || publicKey === null) return false;
    const shared = await agreed(secret, publicKey);
    if (shared === null) return false;
    await this.mixKey(shared);
    return true;
  }

  // mixing, section 5.2

  private async mixEphemeral(publicKey: Bytes): Promise<void> {
    await this.mixHash(publicKey);
    if (this.side.pattern.psk) await this.mixKey(publicKey);
  }

  private async mixHash(data: Bytes): Promise<void> {
    this.hash = await hashed(this.hash, data);
  }

  private async mixKey(material: Bytes): Promise<void> {
    const made = await hkdf(material, this.chaining, EMPTY, 2 * KEY_SIZE);
    this.chaining = made.slice(0, KEY_SIZE);
    await this.use(made.slice(KEY_SIZE));
  }

  private async use(key: Bytes): Promise<void> {
    this.cipher = await Cipher.of(key);
    this.nonce = 0;
  }

  private async encrypt(plain: Bytes): Promise<Bytes> {
    const sealed = this.cipher === null ? plain : await this.cipher.encrypt(this.nonce++, this.hash, plain);
    await this.mixHash(sealed);
    return sealed;
  }

  private async decrypt(sealed: Bytes): Promise<Bytes | null> {
    const plain = this.cipher === null ? sealed : await this.cipher.decrypt(this.nonce++, this.hash, sealed);
    await this.mixHash(sealed);
    return plain;
  }
}
