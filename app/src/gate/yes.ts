// A yes as it is shown and as it is signed: one value for both. Pure.
// Source: docs/protocols/gate.md, "Statements".

import type { Activity } from "../api/types";
import { DAY } from "../state/format";
import type { Members } from "./attest";
import { moment } from "./keys";

export type Form = "once" | "until" | "standing";

/** Everything that is agreed to, in the words of the register. `sha256`: of the bytes shown, which leave at once; null: none were. */
export interface Yes {
  activity: Activity;
  recipient: Activity["recipients"][number];
  form: Form;
  days: number;
  groups: string[];
  ticket: string;
  sha256: string | null;
}

/** The kinds of data that pass: those of the chosen groups, or all of an activity without groups. */
export function categoriesOf({ activity, groups }: Pick<Yes, "activity" | "groups">): string[] {
  const chosen = activity.groups.filter(({ id }) => groups.includes(id)).flatMap(({ categories }) => categories);
  return [...new Set(activity.groups.length > 0 ? chosen : activity.categories)].sort();
}

/** When it ends: counted from the earlier of the gate's clock and this phone's, so that neither lengthens it. */
export function endOf(yes: Pick<Yes, "form" | "days">, challengeAt: string, nowMs: number): string | null {
  if (yes.form !== "until") return null;
  return moment(Math.min(Date.parse(challengeAt), nowMs) + yes.days * DAY);
}

/** The same agreed to at the console: the gate's command for these bytes, and to whom and how long, as it was chosen here. */
export function commandOf(command: string, { recipient, form, days }: Pick<Yes, "recipient" | "form" | "days">): string {
  const to = ` --recipient ${recipient.name} --country ${recipient.country}`;
  if (form === "standing") return command + to; // without a term: that of a message
  const term = form === "once" ? "--once" : `--for ${days}d`;
  // where it stands before the preview: a ticket may read the same
  return command.replace(/ --once(?= --preview )/, `${to} ${term}`);
}

/** The members of `homebase.grant/1`, but for those that every statement has. */
export function grantOf(yes: Yes, language: string, challengeAt: string, nowMs: number): Members {
  const { activity, recipient } = yes;
  return {
    activity: activity.id,
    addressee: recipient.addressee,
    categories: categoriesOf(yes),
    country: recipient.country,
    form: yes.form,
    groups: [...yes.groups].sort(),
    host: recipient.host,
    language,
    payload: yes.form === "until" ? null : yes.sha256, // with an end, data is made anew each time
    recipient: recipient.name,
    text: activity.text_hash,
    ticket: yes.ticket,
    until: endOf(yes, challengeAt, nowMs),
  };
}
