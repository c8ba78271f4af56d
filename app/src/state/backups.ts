// Why a backup failed: which of our own words tell it. Pure.

/** A place's trouble, wherever it stands in what the gate says. */
const TROUBLE = /\btarget_[a-z_]+\b/;

/** `said`: the gate's line, English; `code`: its code for the whole backup. */
export function reasonKey(said: string, code = "other"): string {
  return `backup.why.${TROUBLE.exec(said)?.[0] ?? code}`;
}
