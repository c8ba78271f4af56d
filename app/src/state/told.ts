// Whom to tell by messages, as its owner writes it: by which ways in which order, and when not. Pure.

import type { SetTold, Told } from "../api/messages";
import { readMinutes } from "./permit";
import { clockText } from "./week";

/** `from`, `to`: as fields for a time have them; both empty: at any hour. */
export interface Draft {
  name: string;
  ways: readonly string[];
  from: string;
  to: string;
}

export type Fault = "name" | "ways" | "quiet";

export const NEW: Draft = { name: "", ways: [], from: "", to: "" };

/** known: ids of the ways that there are; one that was removed is in no list, so nobody could take it out. */
export const draftOf = ({ name, ways, quiet_from: from, quiet_to: to }: Told, known: readonly string[]): Draft => ({
  name,
  ways: ways.filter((id) => known.includes(id)),
  from: from === null ? "" : clockText(from),
  to: to === null ? "" : clockText(to),
});

/** Ticked last is tried last. */
export const toggled = (ways: readonly string[], id: string): readonly string[] =>
  ways.includes(id) ? ways.filter((one) => one !== id) : [...ways, id];

const quietOf = ({ from, to }: Draft): SetTold["quiet"] => {
  const [begin, end] = [readMinutes(from), readMinutes(to)];
  return begin === null || end === null || begin === end ? null : { from_minute: begin, to_minute: end };
};

/** What of it is not right. */
export function faultsOf(draft: Draft): Fault[] {
  const wrong: Record<Fault, boolean> = {
    name: draft.name.trim() === "",
    ways: draft.ways.length === 0,
    quiet: (draft.from !== "" || draft.to !== "") && quietOf(draft) === null,
  };
  return (["name", "ways", "quiet"] as const).filter((part) => wrong[part]);
}

/** As the hub takes it; of a draft without faults. */
export const askedOf = (draft: Draft): SetTold => ({
  name: draft.name.trim(),
  ways: [...draft.ways],
  quiet: quietOf(draft),
});
