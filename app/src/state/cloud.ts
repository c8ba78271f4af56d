// Usage history on servers, as it is read: rows of values, names, and what can be asked to be deleted. Pure.

import type { Inside, Transfer } from "../api/histories";
import type { CourseGroup } from "./courses";

/** What is sealed of a series, a quarter of an hour in a line; nothing is left out or rounded. */
export function readable({ datapoint, unit, values }: Inside): string {
  const rows = values.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  const members = [`  "datapoint": ${JSON.stringify(datapoint)}`, `  "unit": ${JSON.stringify(unit)}`];
  return `{\n${members.join(",\n")},\n  "values": [\n${rows}\n  ]\n}`;
}

/** What the chosen values are called; what this home does not have any more has no name. */
export function namesOf(groups: readonly CourseGroup[]): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(({ device, values }) => values.map(({ id, label }) => [id, `${device}: ${label}`])));
}

/** What can be asked of a transfer: its deletion, the same again, or nothing (on its way, or gone there already). */
export function askable({ fate, deletion }: Transfer): "first" | "again" | null {
  if (fate === "waiting" || deletion === null || deletion.state === "confirmed") return null;
  return deletion.state === "asked" ? "again" : "first";
}
