// Objecting to an activity (Art. 21): refused from then on, whatever the consents. Taken back under the phone's key.

import { useCallback, useState } from "preact/hooks";
import type { Activity } from "../../api/types";
import { page } from "../../gate/phone";
import { useRole } from "../../parts/hooks";
import { tell } from "../../state/app";
import { useCentre } from "../../texts/privacy";
import { LiftButton } from "./LiftButton";
import { useAct } from "./shared";

interface Closed {
  cut: number;
  entry: number | null;
}

const LONGEST = 1000;

export function Objecting({ activity, again }: { activity: Activity; again: () => void }) {
  const { t } = useCentre();
  const role = useRole();
  const [reason, setReason] = useState("");
  const [running, object] = useAct(
    useCallback(async () => {
      const body = { activity: activity.id, reason: reason.trim() };
      const { value } = await page<Closed>("/gate/v1/objections", "POST", body);
      tell(value.entry === null ? t("withdrawn.unrecorded", { cut: value.cut }) : t("objected", { cut: value.cut, entry: value.entry }));
      again();
    }, [activity.id, reason, again, t]),
  );
  if (activity.closed === "objected")
    return (
      <>
        <p>{t("objected.is")}</p>
        {role === "owner" && <LiftButton kind="objected" subject={activity.id} title={activity.title} again={again} />}
      </>
    );
  if (role !== "owner") return null;
  return (
    <details>
      <summary aria-label={t("object.of", { title: activity.title })}>{t("object")}</summary>
      <p>{t("object.text")}</p>
      <label class="field">
        <span>{t("object.reason")}</span>
        <input
          value={reason}
          maxLength={LONGEST}
          onInput={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <small>{t("object.reason.hint")}</small>
      </label>
      <button type="button" class="wide" disabled={running} onClick={object}>
        {t("object.do")}
      </button>
    </details>
  );
}
