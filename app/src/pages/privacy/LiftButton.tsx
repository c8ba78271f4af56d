// Takes an objection or a restriction back: it opens something, so it needs this phone's signature.

import { useCallback } from "preact/hooks";
import { me, state } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { tell } from "../../state/app";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { PairFirst } from "./PhoneState";
import { useAct } from "./shared";

export function LiftButton(props: {
  kind: "objected" | "restricted";
  subject: string;
  title: string;
  again: () => void;
  /** What the hub has to do as well; before it, the gate still says no. */
  after?: () => Promise<unknown>;
}) {
  const { t } = useCentre();
  const { kind, subject, title, again, after } = props;
  const phone = useSelect(me, (value) => value.phone);
  const [running, lift] = useAct(
    useCallback(async () => {
      try {
        await state("lift", () => ({ kind, subject }));
        await after?.();
        tell(t("lift.done"));
        await visit();
      } finally {
        again();
      }
    }, [kind, subject, after, again, t]),
  );
  if (phone === null) return <PairFirst />;
  return (
    <button type="button" class="wide" disabled={running} aria-label={t("lift.of", { title })} onClick={lift}>
      {t("lift.do")}
    </button>
  );
}
