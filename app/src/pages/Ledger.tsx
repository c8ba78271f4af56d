// The ledger, newest entries first, as the gate wrote them.

import { useState } from "preact/hooks";
import type { LedgerEntry } from "../api/types";
import { Title } from "../parts/Frame";
import { useLoad } from "../parts/hooks";
import { client } from "../state/app";
import { dateTime } from "../state/format";
import { useTexts } from "../texts";

const STEP = 50;

export function LedgerPage() {
  const { t } = useTexts();
  const [wanted, setWanted] = useState(STEP);
  const [loaded] = useLoad(async () => {
    const { size } = await client.ledger(0, 1);
    return client.ledger(Math.max(0, size - wanted), wanted);
  }, String(wanted));
  const entries = loaded.state === "here" ? [...loaded.value.entries].reverse() : [];
  const size = loaded.state === "here" ? loaded.value.size : 0;
  return (
    <>
      <Title text={t("ledger.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      <p>{t("ledger.lead")}</p>
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
  const kind = tr(`ledger.kind.${entry.kind}`, entry.kind.replaceAll("_", " "));
  const words = [kind, said("activity"), said("recipient"), said("reason")].filter((part) => part !== "");
  return (
    <li>
      <p>
        <strong>{words.join(" · ")}</strong>
        <small>
          {t("ledger.entry", { index: entry.seq })}, {dateTime(Date.parse(entry.at), language)}
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
