// All consents, those that ended too, each with its receipt (ISO/IEC TS 27560, JSON-LD).

import { useCallback } from "preact/hooks";
import { page } from "../../gate/phone";
import { Title } from "../../parts/Frame";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { dateTime } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { json, save } from "../../state/save";
import { useCentre } from "../../texts/privacy";
import { ForGuests, Shown, useAct, useGatePage, useMe } from "./shared";
import { useWithdrawal } from "./withdrawal";

interface Consent {
  id: number;
  activity: string;
  title: string;
  recipient: string;
  host: string;
  form: string;
  ticket: string;
  since: string;
  until: string | null;
  via: string;
  state: string;
}

interface Consents {
  consents: Consent[];
  all: number;
}

export function ConsentsPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("consents.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      {isVisitor(role) ? <ForGuests /> : <List />}
    </>
  );
}

function List() {
  const { t } = useCentre();
  useMe();
  const [loaded, again] = useGatePage<Consents>("/gate/v1/consents");
  return (
    <>
      <p>{t("consents.lead")}</p>
      <Shown loaded={loaded} again={again}>
        {({ consents }) => (
          <>
            {consents.length === 0 && <p class="card">{t("consents.none")}</p>}
            {consents.map((consent) => (
              <One key={consent.id} consent={consent} again={again} />
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

const LIVE = new Set(["active", "suspended", "not_confirmed"]);

function One({ consent, again }: { consent: Consent; again: () => void }) {
  const { t, tr, language } = useCentre();
  const [running, withdraw] = useWithdrawal(consent.activity, again);
  const [fetching, receipt] = useAct(
    useCallback(async () => {
      const { value } = await page<unknown>(`/gate/v1/receipts?consent=${consent.id}`);
      save(`homebase-receipt-${consent.id}.jsonld`, json(value, "application/ld+json"));
    }, [consent.id]),
  );
  const facts: [string, string][] = [
    [t("privacy.recipient"), `${consent.recipient} (${consent.host})`],
    [
      t("privacy.form"),
      consent.until === null
        ? tr(`privacy.form.${consent.form}`, consent.form)
        : t("consents.until", { at: dateTime(Date.parse(consent.until), language) }),
    ],
    [t("consents.given"), `${dateTime(Date.parse(consent.since), language)}, ${tr(`consents.via.${consent.via}`, consent.via)}`],
  ];
  if (consent.ticket !== "") facts.push([t("diagnosis.ticket"), consent.ticket]);
  return (
    <section class="card" aria-label={`${consent.title} ${consent.id}`}>
      <div class="head">
        <strong class="words">{consent.title}</strong>
        <span class={`badge ${consent.state}`}>{tr(`privacy.state.${consent.state}`, consent.state)}</span>
      </div>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons equal">
        <button type="button" disabled={fetching} onClick={receipt}>
          <Icon name="save" size={18} /> {t("consents.receipt")}
        </button>
        {LIVE.has(consent.state) && (
          <button type="button" disabled={running} onClick={withdraw}>
            <Icon name="stop" size={18} /> {t("diagnosis.withdraw")}
          </button>
        )}
      </div>
    </section>
  );
}
