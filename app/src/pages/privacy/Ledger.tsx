// The ledger: up to where this phone verified it, then its entries, newest first, as the gate wrote them.

import { useState } from "preact/hooks";
import type { LedgerEntry, LedgerPage as LedgerAnswer } from "../../api/types";
import { page } from "../../gate/phone";
import { NotConfirmed } from "../../gate/attest";
import { Title } from "../../parts/Frame";
import { useLoad, useRole } from "../../parts/hooks";
import { dateTime } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { refusal, useCentre } from "../../texts/privacy";
import { Findings } from "./Findings";
import { ForGuests, type Paged, Shown, useMe, useVisited } from "./shared";

const STEP = 50;

const entriesFrom = (after: number, limit: number) => page<LedgerAnswer>(`/gate/v1/ledger?after=${after}&limit=${limit}`);

/** The newest `wanted` entries, oldest first: the gate gives pages of at most STEP after a place. */
async function newest(wanted: number): Promise<Paged<LedgerAnswer>> {
  try {
    let answer = await entriesFrom(-1, 1);
    const { size } = answer.value;
    const entries: LedgerEntry[] = [];
    for (let place = Math.max(0, size - wanted); place < size; place += STEP) {
      answer = await entriesFrom(place - 1, Math.min(STEP, size - place));
      entries.push(...answer.value.entries);
    }
    return { ...answer, value: { ...answer.value, entries } };
  } catch (error) {
    if (error instanceof NotConfirmed) return "unconfirmed";
    throw error;
  }
}

export function LedgerPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("ledger.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      {isVisitor(role) ? <ForGuests /> : <Entries />}
    </>
  );
}

function Entries() {
  const { t } = useCentre();
  useMe();
  const [wanted, setWanted] = useState(STEP);
  const now = useVisited();
  const [loaded, again] = useLoad(() => newest(wanted), String(wanted));
  const upTo = now.state === "here" && now.visit.ledger.state === "verified" ? now.visit.ledger.size : 0;
  return (
    <>
      <p>{t("ledger.lead")}</p>
      <Findings />
      <Shown loaded={loaded} again={again}>
        {({ size, root, entries, checkpoint }) => (
          <>
            <p class="breakable quiet">{t("privacy.ledger.text", { size, root })}</p>
            {size === 0 && <p>{t("ledger.empty")}</p>}
            <ol class="rows card ledger">
              {[...entries].reverse().map((entry) => (
                <Entry key={entry.seq} entry={entry} verified={entry.seq < upTo} />
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
            {checkpoint !== null && checkpoint !== undefined && (
              <details>
                <summary>{t("privacy.ledger.check")}</summary>
                <pre class="bytes" tabIndex={0}>
                  {checkpoint}
                </pre>
              </details>
            )}
            <p class="quiet">{t("privacy.ledger.how")}</p>
          </>
        )}
      </Shown>
    </>
  );
}

function Entry({ entry, verified }: { entry: LedgerEntry; verified: boolean }) {
  const texts = useCentre();
  const { t, tr, language } = texts;
  const said = (name: string) => {
    const value = entry.data?.[name];
    return typeof value === "string" ? value : "";
  };
  const kind =
    entry.kind === undefined ? t("ledger.erased") : tr(`ledger.kind.${entry.kind}`, entry.kind.replaceAll("_", " "));
  const reason = entry.kind === "refusal" && said("reason") !== "" ? refusal(texts, said("reason")) : "";
  const words = [kind, said("activity"), said("recipient")].filter((part) => part !== "");
  return (
    <li data-kind={entry.kind}>
      <p>
        <strong>{words.join(" · ")}</strong>
        {reason !== "" && <small>{reason}</small>}
        <small>
          {t("ledger.entry", { index: entry.seq })}
          {entry.at !== undefined && `, ${dateTime(Date.parse(entry.at), language)}`}
          {verified && ` · ${t("ledger.verified")}`}
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
