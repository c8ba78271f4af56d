// What this phone found at its visit: verified up to entry N, rolled back, rewritten, restored, not confirmed.

import { useCallback, useState } from "preact/hooks";
import type { Activities } from "../../api/types";
import { state } from "../../gate/phone";
import { confirmList, type Visit, visit } from "../../gate/visit";
import { Icon } from "../../parts/Icon";
import { tell } from "../../state/app";
import { dateTime } from "../../state/format";
import { useCentre } from "../../texts/privacy";
import { Unconfirmed, useAct, useGatePage, useVisited } from "./shared";

export function Findings() {
  const { t, tn } = useCentre();
  const now = useVisited();
  const [, again] = useAct(visit);
  if (now.state === "never") return null;
  if (now.state === "unconfirmed") return <Unconfirmed again={again} />;
  const made = now.visit;
  return (
    <>
      <Ledger made={made} />
      {made.restored && <Restored made={made} />}
      {!made.recorded && <p class="card bad">{t("leaving.unrecorded")}</p>}
      {!made.clockSure && <Clock />}
      {made.deregistered && <p class="card warn">{t("closed.deregistered")}</p>}
      {made.resent > 0 && <p class="card warn">{tn("finding.resent", made.resent)}</p>}
    </>
  );
}

/** Consents with an end rest while nobody vouches for the clock; an owner's phone may, under its signature. */
function Clock() {
  const { t, language } = useCentre();
  const [running, confirm] = useAct(
    useCallback(async () => {
      await state("clock", () => ({}));
      await visit();
    }, []),
  );
  return (
    <div class="card warn" data-clock>
      <p>
        {t("finding.clock")} {t("finding.clock.here", { at: dateTime(Date.now(), language) })}
      </p>
      <button type="button" class="wide" disabled={running} onClick={confirm}>
        {t("finding.clock.right")}
      </button>
    </div>
  );
}

function Ledger({ made }: { made: Visit }) {
  const { t, language } = useCentre();
  const { ledger } = made;
  switch (ledger.state) {
    case "verified":
      return (
        <p class="card good" data-ledger="verified">
          <Icon name="check" /> <strong>{t("finding.verified", { size: ledger.size })}</strong>{" "}
          <small>{dateTime(made.atMs, language)}</small>
        </p>
      );
    case "wrong":
      return (
        <div class="card bad" role="alert" data-ledger={ledger.wrong}>
          <p>
            <Icon name="warning" /> <strong>{t(`finding.${ledger.wrong}`)}</strong>
          </p>
          <p>{t(`finding.${ledger.wrong}.text`, { seen: ledger.seen, now: ledger.now })}</p>
          <p>
            {t("finding.wayout")} <a href="#/privacy/phone">{t("phone.title")}</a>
          </p>
        </div>
      );
    case "unconfirmed":
      return (
        <div class="card bad" role="alert" data-ledger="unconfirmed">
          <p>
            <Icon name="warning" /> <strong>{t("finding.note")}</strong>
          </p>
        </div>
      );
    case "restored":
      return null; // told below, with what it means
  }
}

/** After a restore: the story, and the list of consents of before; none is ticked. */
function Restored({ made }: { made: Visit }) {
  const { t, tr, language } = useCentre();
  const rest = made.grants.filter((grant) => grant.epoch !== made.epoch);
  const [known] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`);
  const titles = new Map(
    known.state === "here" && known.value !== "unconfirmed"
      ? known.value.value.activities.map(({ id, title }) => [id, title])
      : [],
  );
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [running, confirm] = useAct(
    useCallback(async () => {
      await confirmList(made, [...kept]);
      tell(t("restored.done"));
    }, [made, kept, t]),
  );
  const seen = made.ledger.state === "restored" ? made.ledger.seen : null;
  const before = made.story?.entries ?? null;
  const missing = seen !== null && before !== null && before < seen ? seen - before : 0;
  return (
    <section class="card warn" aria-labelledby="restored" data-ledger="restored">
      <h2 id="restored">
        <Icon name="warning" /> {t("restored.title")}
      </h2>
      <p>
        {t("restored.text", { reason: tr(`restored.reason.${made.story?.reason ?? ""}`, made.story?.reason ?? "") })}{" "}
        {before !== null && t("restored.entries", { count: before })} {missing > 0 && <strong>{t("restored.missing", { count: missing, seen: seen ?? 0 })}</strong>}
      </p>
      <p>{t(rest.length === 0 ? "restored.none" : "restored.list")}</p>
      {rest.map((grant) => (
        <label class="tick" key={grant.mark}>
          <input
            type="checkbox"
            name="keep"
            checked={kept.has(grant.mark)}
            onChange={(event) => {
              const next = new Set(kept);
              if (event.currentTarget.checked) next.add(grant.mark);
              else next.delete(grant.mark);
              setKept(next);
            }}
          />
          <span>
            {titles.get(grant.activity) ?? grant.activity} · {grant.recipient} {grant.ticket}
            <small>{t("diagnosis.since", { at: dateTime(Date.parse(grant.given), language) })}</small>
          </span>
        </label>
      ))}
      <button type="button" class="wide" disabled={running} onClick={confirm}>
        {t("restored.confirm")}
      </button>
    </section>
  );
}
