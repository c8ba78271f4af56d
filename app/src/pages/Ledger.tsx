// The ledger, newest entries first, as the gate wrote them.

import { useState } from "preact/hooks";
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
        {entries.map((entry, index) => (
          <Entry key={numberOf(entry) ?? size - index} entry={entry} index={numberOf(entry) ?? size - 1 - index} />
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

function numberOf(entry: Record<string, unknown>): number | null {
  const { index } = entry;
  return typeof index === "number" ? index : null;
}

function Entry({ entry, index }: { entry: Record<string, unknown>; index: number }) {
  const { t, language } = useTexts();
  const word = (name: string) => (typeof entry[name] === "string" ? entry[name] : "");
  const at = Date.parse(word("at"));
  return (
    <li>
      <p>
        <strong>{[word("kind"), word("activity"), word("reason")].filter((part) => part !== "").join(" · ")}</strong>
        <small>
          {t("ledger.entry", { index })}
          {Number.isFinite(at) && `, ${dateTime(at, language)}`}
        </small>
      </p>
      <details>
        <summary aria-label={`${t("ledger.details")} ${index}`}>{t("ledger.details")}</summary>
        <pre class="bytes" tabIndex={0}>
          {JSON.stringify(entry, null, 2)}
        </pre>
      </details>
    </li>
  );
}
