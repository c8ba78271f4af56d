// Handshake patterns as data. Pure. The app speaks IKpsk1 alone; public vectors judge the machine by all others.
// Source: The Noise Protocol Framework, revision 34, sections 7.4, 7.5 and 9.4.

export interface Pattern {
  name: string;
  /** Whose static key is known beforehand. */
  initiatorKnown: boolean;
  responderKnown: boolean;
  /** The tokens of each message; the initiator writes the first, then they take turns. */
  messages: readonly (readonly string[])[];
  psk: boolean;
}

/** Read `"< | e es s ss | e ee se"`: known keys of initiator (>) and responder (<), then the messages. */
export function pattern(name: string, text: string): Pattern {
  const [known = "", ...messages] = text.split("|").map((part) => part.trim());
  const tokens = messages.map((message) => message.split(/\s+/));
  return {
    name,
    initiatorKnown: known.includes(">"),
    responderKnown: known.includes("<"),
    messages: tokens,
    psk: tokens.flat().includes("psk"),
  };
}

export const IKPSK1 = pattern("IKpsk1", "< | e es s ss psk | e ee se");
