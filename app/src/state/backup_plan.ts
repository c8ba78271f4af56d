// When a backup is made by itself and how long copies stay, in words. Pure.

import type { Texts } from "../texts";

/** [backup] of homebase.toml. `at`: time of day by the home's clock; `every_days`: 0 makes none by itself. */
export interface Plan {
  at: string;
  every_days: number;
  keep: number;
  keep_days: number;
}

type Words = Pick<Texts<"backup.plan.never">, "t" | "tn">;

export const whenWords = ({ at, every_days }: Plan, { t, tn }: Words): string =>
  every_days === 0 ? t("backup.plan.never") : tn("backup.plan.every", every_days, { at });

/** The newest ones stay, and whatever is younger than some days. */
export function keptWords({ keep, keep_days }: Plan, { tn }: Pick<Words, "tn">): string {
  const newest = tn("backup.plan.keep", keep);
  return keep_days === 0 ? newest : `${newest}${tn("backup.plan.young", keep_days)}`;
}
