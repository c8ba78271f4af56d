// What is kept, why and how long, in hub and gate; and the rights over it: a copy, put right, erased, restricted.

import { useCallback } from "preact/hooks";
import { page } from "../../gate/phone";
import { Title } from "../../parts/Frame";
import { useLoad, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, tell } from "../../state/app";
import { number } from "../../state/format";
import { copyOf, type Holding, type Holdings, type Records } from "../../state/holdings";
import { isVisitor } from "../../state/roles";
import { save } from "../../state/save";
import { said, useCentre } from "../../texts/privacy";
import { Correct } from "./Correct";
import { Deregister } from "./Deregister";
import { Erase } from "./Erase";
import { LiftButton } from "./LiftButton";
import { Restrict } from "./Restrict";
import { ForGuests, type Paged, Shown, useAct, useMe } from "./shared";
import { NotConfirmed } from "../../gate/attest";

type OfGate = Holdings & { notice: unknown };

interface Both {
  hub: Holdings;
  gate: OfGate;
}

export function DataPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("data.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      {isVisitor(role) && <ForGuests />}
      {role === "resident" && <p class="card">{t("data.owner")}</p>}
      {role === "owner" && <Whole />}
    </>
  );
}

/** Both halves: the gate's under its signature, the hub's by its own word. */
async function both(language: string): Promise<Paged<Both>> {
  try {
    const { value: gate, confirmed } = await page<OfGate>(`/gate/v1/rights?lang=${language}`);
    return { value: { gate, hub: await client.ask<Holdings>("rights.holdings") }, confirmed };
  } catch (error) {
    if (error instanceof NotConfirmed) return "unconfirmed";
    throw error;
  }
}

function Whole() {
  const { t, language } = useCentre();
  useMe();
  const [loaded, again] = useLoad(() => both(language), language);
  return (
    <>
      <p>{t("data.lead")}</p>
      <Shown loaded={loaded} again={again}>
        {({ hub, gate }) => (
          <>
            <Closures gate={gate} hub={hub} again={again} />
            <div class="pairs">
              <Copy hub={hub} gate={gate} />
              <Correct />
              <Restrict restricted={hub.restricted ?? []} again={again} />
              <Erase again={again} />
              <Deregister />
              <section class="card" aria-labelledby="complain">
                <h2 id="complain">{t("data.complain")}</h2>
                <p>{t("data.complain.text")}</p>
                <a class="button wide" href="#/privacy/notice">
                  {t("notice.authorities")}
                </a>
              </section>
            </div>
            <h2>{t("data.gate")}</h2>
            <List holdings={gate.holdings} />
            <h2>{t("data.hub")}</h2>
            <List holdings={hub.holdings} />
            <Hidden rows={[...gate.hidden, ...hub.hidden]} />
            <p class="quiet">{t("data.hub.word")}</p>
          </>
        )}
      </Shown>
    </>
  );
}

function List({ holdings }: { holdings: Holding[] }) {
  const { t, tr, language } = useCentre();
  const kept = (holding: Holding) =>
    holding.retention_days === null
      ? said(holding.reason, language)
      : t(holding.retention_days < 1 ? "data.hours" : "data.days", {
          count: number(holding.retention_days < 1 ? holding.retention_days * 24 : holding.retention_days, language, 1),
          reason: said(holding.reason, language),
        });
  return (
    <ul class="rows card ledger">
      {holdings.map((holding) => (
        <li key={holding.name}>
          <details class="holding">
            <summary>
              <span class="words">
                <strong>{said(holding.purpose, language)}</strong>
                <small>
                  {kept(holding)}
                  {holding.records !== null && `, ${t("data.records", { count: holding.records })}`}
                </small>
              </span>
            </summary>
            <dl class="facts">
              <div>
                <dt>{t("data.holding")}</dt>
                <dd>
                  {holding.name} ({tr(`data.where.${holding.where}`, holding.where)})
                </dd>
              </div>
              <div>
                <dt>{t("privacy.kinds")}</dt>
                <dd>{holding.categories.map((name) => tr(`category.${name}`, name)).join(", ")}</dd>
              </div>
              {holding.stays.length > 0 && (
                <div>
                  <dt>{t("data.stays")}</dt>
                  <dd>{holding.stays.map((why) => said(why, language)).join("; ")}</dd>
                </div>
              )}
            </dl>
          </details>
        </li>
      ))}
    </ul>
  );
}

function Hidden({ rows }: { rows: Holdings["hidden"] }) {
  const { t, language } = useCentre();
  return (
    <section class="card" aria-labelledby="never">
      <h2 id="never">{t("data.hidden")}</h2>
      <ul>
        {rows.map((row) => (
          <li key={`${row.holding}.${row.field}`}>
            {row.holding}.{row.field}: {said(row.why, language)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is closed or unknown, with the way out. */
function Closures({ gate, hub, again }: { gate: Holdings; hub: Holdings; again: () => void }) {
  const { t, tr } = useCentre();
  const restricted = hub.restricted ?? [];
  const free = (category: string) => () =>
    client.ask("rights.restrict", { categories: restricted.filter((one) => one !== category) });
  if ((gate.closures ?? []).length + (gate.unknown_files ?? []).length + restricted.length === 0) return null;
  return (
    <section class="card warn" aria-labelledby="closed">
      <h2 id="closed">{t("data.closed")}</h2>
      <ul>
        {(gate.closures ?? []).map((row) => (
          <li key={`${row.kind} ${row.subject}`}>
            {tr(`closed.${row.kind}`, row.kind)}
            {row.subject !== "" && `: ${tr(`category.${row.subject}`, row.subject)}`}
            {row.kind === "restricted" && (
              <LiftButton
                kind="restricted"
                subject={row.subject}
                title={tr(`category.${row.subject}`, row.subject)}
                again={again}
                after={free(row.subject)}
              />
            )}
            {row.kind === "objected" && (
              <LiftButton kind="objected" subject={row.subject} title={row.subject} again={again} />
            )}
          </li>
        ))}
        {(gate.unknown_files ?? []).map((name) => (
          <li key={name}>{t("data.unknown", { name })}</li>
        ))}
      </ul>
    </section>
  );
}

const PAGE = 1000;

function Copy({ hub, gate }: Both) {
  const { t } = useCentre();
  const [running, make] = useAct(
    useCallback(async () => {
      const ofGate = new Set(gate.holdings.map(({ name }) => name));
      const about = { holdings: [...gate.holdings, ...hub.holdings], hidden: [...gate.hidden, ...hub.hidden] };
      const ask = async (holding: string, after: number): Promise<Records> => {
        if (!ofGate.has(holding)) return client.ask<Records>("rights.records", { holding, after, limit: PAGE });
        const name = encodeURIComponent(holding);
        return (await page<Records>(`/gate/v1/records?holding=${name}&after=${after}&limit=${PAGE}`)).value;
      };
      const made = new Date().toISOString();
      save(`homebase-data-${made.slice(0, 10)}.zip`, await copyOf(about, gate.notice, ask, made));
      tell(t("data.copy.done"));
    }, [hub, gate, t]),
  );
  return (
    <section class="card" aria-labelledby="copy">
      <h2 id="copy">{t("data.copy")}</h2>
      <p>{t("data.copy.text")}</p>
      <button type="button" class="wide" disabled={running} onClick={make}>
        <Icon name="save" size={18} /> {t(running ? "data.copy.running" : "data.copy.do")}
      </button>
    </section>
  );
}

