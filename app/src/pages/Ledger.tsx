// The ledger, newest entries first, as the gate wrote them.

import { useState } from "preact/hooks";
import type { LedgerEntry, LedgerPage as LedgerPageAnswer } from "../api/types";
import { Failed } from "../parts/Failed";
import { Title } from "../parts/Frame";
import { useLoad } from "../parts/hooks";
import { client } from "../state/app";
import { dateTime } from "../state/format";
import { useTexts } from "../texts";

const STEP = 50;

/** The newest `wanted` entries, oldest first: the gate gives pages of at most STEP after a place. */
async function newest(wanted: number): Promise<LedgerPageAnswer> {
  let answer = await client.ledger(-1, 1);
  const { size } = answer;
  const entries: LedgerEntry[] = [];
  for (let place = Math.max(0, size - wanted); place < size; place += STEP) {
    answer = await client.ledger(place - 1, Math.min(STEP, size - place));
    entries.push(...answer.entries);
  }
  return { ...answer, entries };
}

export function LedgerPage() {
  const { t } = useTexts();
  const [wanted, setWanted] = useState(STEP);
  const [loaded, again] = useLoad(() => newest(wanted), String(wanted));
  const entries = loaded.state === "here" ? [...loaded.value.entries].reverse() : [];
  const size = loaded.state === "here" ? loaded.value.size : 0;
  return (
    <>
      <Title text={t("ledger.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      <p>{t("ledger.lead")}</p>
      {loaded.state === "failed" && <Failed again={again} />}
      {loaded.state === "here" && <p class="breakable quiet">{t("privacy.ledger.text", { size, root: loaded.value.root })}</p>}
      {loaded.state === "here" && size === 0 && <p>{t("ledger.empty")}</p>}
      <ol class="rows card ledger">
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </ol>
      {size > wanted && (
        <button
          type="button"
          class="wide"
          onClick={() => {
            setWanted(wanted + STEP);
          }}
        >
          {t("ledger.older")}
        </button>
      )}
    </>
  );
}

function Entry({ entry }: { entry: LedgerEntry }) {
  const { t, tr, language } = useTexts();
  const said = (name: string) => {
    const value = entry.data?.[name];
    return typeof value === "string" ? value : "";
  };
  const kind =
    entry.kind === undefined ? t("ledger.erased") : tr(`ledger.kind.${entry.kind}`, entry.kind.replaceAll("_", " "));
  const words = [kind, said("activity"), said("recipient"), said("reason")].filter((part) => part !== "");
  return (
    <li>
      <p>
        <strong>{words.join(" · ")}</strong>
        <small>
          {t("ledger.entry", { index: entry.seq })}
          {entry.at !== undefined && `, ${dateTime(Date.parse(entry.at), language)}`}
        </small>
      </p>
      <details>
        <summary aria-label={`${t("ledger.details")} ${entry.seq}`}>{t("ledger.details")}</summary>
        <pre class="bytes" tabIndex={0}>
          {JSON.stringify(entry, null, 2)}
        </pre>
      </details>
    </li>
  );
}
