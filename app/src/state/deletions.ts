// What recipients have to delete, as it is shown: each once, and what has no ticket together. Pure.

/** ticket: "" for what has none: it ends with its consent, not with a ticket. */
export interface Deletion {
  transfer: string;
  recipient: string;
  ticket: string;
  activity: string;
  title: string;
  due: string;
  attempts: number;
  state: "waiting" | "asked" | "confirmed";
  answer: string;
}

export interface Row {
  one: Deletion;
  count: number;
}

/** A history has a transfer for each day: what waits or is gone is one row for each recipient, that of the first to go. */
export function rowsOf(deletions: readonly Deletion[]): Row[] {
  const rows = new Map<string, Row>();
  for (const one of deletions) {
    const { activity, recipient, state, ticket, transfer } = one;
    const alone = ticket !== "" || state === "asked";
    const key = alone ? transfer : `${state} ${activity} ${recipient}`;
    const before = rows.get(key);
    if (before === undefined) rows.set(key, { one, count: 1 });
    else rows.set(key, { one: one.due < before.one.due ? one : before.one, count: before.count + 1 });
  }
  return [...rows.values()];
}

/** Each ticket once; where all was asked for already, it is asked for again. */
export function ticketsOf(deletions: readonly Deletion[]): Map<string, "close" | "again"> {
  const tickets = new Map<string, "close" | "again">();
  for (const { state, ticket } of deletions)
    if (state !== "confirmed" && ticket !== "") tickets.set(ticket, state === "waiting" ? "close" : (tickets.get(ticket) ?? "again"));
  return tickets;
}

/** Tickets that customer service opened for reports of the owner, and that are not closed here. */
export const openTicketsOf = (deletions: readonly Deletion[]): Deletion[] =>
  deletions.filter(({ activity, state, ticket }) => activity === "support.ticket" && state === "waiting" && ticket !== "");
