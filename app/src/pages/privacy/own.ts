// Which row of the sessions is one's own.

/** Whether a row of the sessions is the one that asks: each ends at a moment of its own. */
export function isOwn(columns: readonly string[], row: readonly unknown[], end: string | null): boolean {
  const told = row[columns.indexOf("expires_at")];
  return end !== null && typeof told === "string" && Date.parse(told) === Date.parse(end);
}
