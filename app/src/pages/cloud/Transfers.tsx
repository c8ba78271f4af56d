// What left for a purpose and what became of it, day by day: exactly it, and its deletion where it went.

import { useCallback, useState } from "preact/hooks";
import { type Exactly, historiesApi, type Transfer } from "../../api/histories";
import type { Activity } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { useNow } from "../../parts/hooks";
import { Icon, type IconName } from "../../parts/Icon";
import { tell } from "../../state/app";
import { askable } from "../../state/cloud";
import { bytes, date, dateTime, MINUTE } from "../../state/format";
import { useCloudTexts } from "../../texts/cloud";
import { useCentre } from "../../texts/privacy";
import { Letter, Why } from "../privacy/Deletions";
import { Exact } from "../privacy/Exact";
import { useAct } from "../privacy/shared";

const FIRST = 5; // shown at once

interface TransfersProps {
  about: Activity;
  transfers: Transfer[];
  again: () => void;
}

export function Transfers({ about, transfers, again }: TransfersProps) {
  const { t } = useCloudTexts();
  const nowMs = useNow(MINUTE, true);
  const older = transfers.slice(FIRST);
  return (
    <>
      <h3>{t("cloud.sent")}</h3>
      {transfers.length === 0 && <p>{t("cloud.sent.none")}</p>}
      <List about={about} transfers={transfers.slice(0, FIRST)} nowMs={nowMs} again={again} />
      {older.length > 0 && (
        <details>
          <summary>{t("cloud.sent.older", { count: older.length })}</summary>
          <List about={about} transfers={older} nowMs={nowMs} again={again} />
        </details>
      )}
    </>
  );
}

function List({ about, transfers, nowMs, again }: TransfersProps & { nowMs: number }) {
  if (transfers.length === 0) return null;
  return (
    <ul class="plainlist apart">
      {transfers.map((one) => (
        <Row key={one.transfer} about={about} one={one} nowMs={nowMs} again={again} />
      ))}
    </ul>
  );
}

const MARK: Record<Transfer["fate"], IconName> = {
  waiting: "clock",
  begun: "up",
  delivered: "check",
  failed: "warning",
  cut: "close",
  "": "minus",
};

interface RowProps {
  about: Activity;
  one: Transfer;
  nowMs: number;
  again: () => void;
}

function Row({ about, one, nowMs, again }: RowProps) {
  const { t, language } = useCloudTexts();
  const centre = useCentre();
  const { fate, day, recipient, transfer, at, next, refused } = one;
  const what =
    day === null
      ? t("cloud.sent.unnamed", { transfer, recipient })
      : t("cloud.sent.day", { day: date(day, language), recipient });
  const size = bytes(one.bytes ?? 0, language);
  return (
    <li data-transfer={transfer} data-fate={fate}>
      <p>
        <Icon name={MARK[fate]} size={18} /> <strong>{t(fate === "" ? "cloud.fate.gone" : `cloud.fate.${fate}`)}</strong> {what}
        {refused !== "" && `: ${centre.tr(`received.${refused}`, refused)}`}
      </p>
      <p class="quiet">
        {next !== null &&
          t("cloud.sent.next", { bytes: size, attempts: one.attempts, at: dateTime(Date.parse(next), language) })}
        {at !== null && t("cloud.sent.at", { at: dateTime(Date.parse(at), language), bytes: size })}
        {fate === "" && t("cloud.sent.copy")} <Deleted one={one} nowMs={nowMs} />
      </p>
      <div class="buttons">
        {fate !== "" && <Copied transfer={transfer} what={what} title={about.title} />}
        {askable(one) !== null && (
          <Back activity={about.id} transfer={transfer} what={what} isAgain={askable(one) === "again"} again={again} />
        )}
      </div>
      {one.deletion?.state === "asked" && (
        <Letter transfer={transfer} ticket="" due={one.deletion.due} attempts={one.deletion.attempts} />
      )}
    </li>
  );
}

/** Its deletion where it went: by when, or how far it is. */
function Deleted({ one: { deletion }, nowMs }: Pick<RowProps, "one" | "nowMs">) {
  const { t, language } = useCloudTexts();
  if (deletion === null) return null;
  const dueMs = Date.parse(deletion.due);
  switch (deletion.state) {
    case "confirmed":
      return <>{t("cloud.deletion.confirmed")}</>;
    case "asked":
      return <Why one={deletion} />;
    case "waiting":
      return <>{dueMs <= nowMs ? t("cloud.deletion.now") : t("cloud.deletion.waiting", { at: dateTime(dueMs, language) })}</>;
  }
}

function Copied({ transfer, what, title }: { transfer: string; what: string; title: string }) {
  const { t, language } = useCloudTexts();
  const [copy, setCopy] = useState<Exactly | null>(null);
  const [running, show] = useAct(
    useCallback(async () => {
      setCopy(await historiesApi(language).copy(transfer));
    }, [transfer, language]),
  );
  if (copy !== null)
    return (
      <div class="whole">
        <Exact text={copy.text} sha256={copy.sha256} title={`${t("cloud.show.of", { what })} (${title})`} />
      </div>
    );
  return (
    <button type="button" disabled={running} aria-label={t("cloud.show.of", { what })} onClick={show}>
      {t("cloud.show")}
    </button>
  );
}

interface BackProps {
  activity: string;
  transfer: string;
  what: string;
  isAgain: boolean;
  again: () => void;
}

function Back({ activity, transfer, what, isAgain, again }: BackProps) {
  const { t, language } = useCloudTexts();
  const [asking, setAsking] = useState(false);
  const [running, back] = useAct(
    useCallback(async () => {
      try {
        await historiesApi(language).askBack(activity, transfer);
        tell(t("cloud.back.told"));
      } finally {
        again();
      }
    }, [activity, transfer, language, t, again]),
  );
  return (
    <>
      <button
        type="button"
        class={isAgain ? "" : "danger"}
        disabled={running}
        aria-label={t(isAgain ? "cloud.back.again.of" : "cloud.back.of", { what })}
        onClick={() => {
          if (isAgain) back();
          else setAsking(true);
        }}
      >
        {t(isAgain ? "cloud.back.again" : "cloud.back")}
      </button>
      {asking && (
        <Dialog
          title={t("cloud.back.sure", { what })}
          confirm={t("cloud.back")}
          danger
          onClose={() => {
            setAsking(false);
          }}
          onConfirm={() => {
            setAsking(false);
            back();
          }}
        >
          <p>{t("cloud.back.text")}</p>
        </Dialog>
      )}
    </>
  );
}
