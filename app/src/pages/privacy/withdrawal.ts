// Taking back, with one tap: what is told afterwards, and what is told when the gate did not say that it is so.

import { useCallback } from "preact/hooks";
import { whoAmI } from "../../gate/phone";
import { type Ended, visit, withdraw, withdrawOne } from "../../gate/visit";
import { client, tell } from "../../state/app";
import { number } from "../../state/format";
import { useCentre } from "../../texts/privacy";
import { useAct } from "./shared";

/** End every consent to an activity, or the one of that mark; `then` runs when it is done. */
export function useWithdrawal(activity: string, then: () => void, mark?: string): [boolean, () => void] {
  const { t, language } = useCentre();
  return useAct(
    useCallback(async () => {
      const { gate } = await whoAmI();
      // any browser of the home may take back; only one that knows the gate can know that it was heard
      const done: Ended =
        gate === null
          ? await client.withdraw(activity, mark === undefined ? undefined : [mark])
          : await (mark === undefined ? withdraw(activity) : withdrawOne(activity, mark));
      const { cut, within_ms, entry } = done;
      const words =
        entry === null
          ? t("withdrawn.unrecorded", { cut })
          : t("withdrawn", { cut, ms: number(within_ms, language), entry });
      tell(gate === null ? `${words} ${t("centre.unconfirmed")}.` : words);
      then();
      await visit();
    }, [activity, mark, then, t, language]),
  );
}
