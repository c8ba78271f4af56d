// Why a backup failed, in which of our own words, and how a copy is put back at the Home Base. Pure.

/** A place's trouble, wherever it stands in what the gate says. */
const TROUBLE = /\btarget_[a-z_]+\b/;

/** `said`: the gate's line, English; `code`: its code for the whole backup. */
export function reasonKey(said: string, code = "other"): string {
  return `backup.why.${TROUBLE.exec(said)?.[0] ?? code}`;
}

/** `landed`: bytes that are there of one that is on its way. */
export interface Copy {
  target: string;
  name: string;
  made: string | null;
  size: number;
  state: string;
  why: string;
  landed: number | null;
  verified: string | null;
}

/** The place in the house, among the names of places. */
export const LOCAL = "local";

const LOST: ReadonlySet<string> = new Set(["failed", "gone", "sending"]);

/** Copies that can be put back, in the order they came. */
export const restorable = (copies: readonly Copy[]): Copy[] => copies.filter((copy) => !LOST.has(copy.state));

/**
 * What to type at the Home Base: `try` says what would come back, `put` brings it. `room`: this one alone; "": everything,
 * in place of what is here. The sheet's words are asked for there, and are part of no command.
 */
export function restoreCommands({ target, name }: Pick<Copy, "target" | "name">, room: string): { try: string; put: string } {
  const one = room.trim();
  const words = ["homebase backup restore", name];
  if (target !== LOCAL) words.push(`--target ${target}`);
  if (one !== "") words.push(`--room=${quoted(one)}`);
  const command = words.join(" ");
  return { try: `${command} --dry-run`, put: one === "" ? `${command} --replace` : command };
}

/** One word of a shell, whatever is in it: people name rooms as they like. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
