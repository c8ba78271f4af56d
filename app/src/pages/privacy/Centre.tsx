// "What leaves my home?": what was found, today's headline, every activity of the notice, and the ways further.

import type { Activities } from "../../api/types";
import { Title } from "../../parts/Frame";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { bytes, clock } from "../../state/format";
import { today } from "../../state/privacy";
import { isVisitor } from "../../state/roles";
import { useCentre } from "../../texts/privacy";
import { Row, Rows } from "../More";
import { ActivityList } from "./ActivityList";
import { Findings } from "./Findings";
import { PhoneState } from "./PhoneState";
import { ForGuests, Shown, useGatePage, useMe } from "./shared";

export function PrivacyPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("privacy.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {isVisitor(role) ? <ForVisitors /> : <Whole />}
    </>
  );
}

function ForVisitors() {
  const { t } = useCentre();
  return (
    <>
      <ForGuests />
      <Rows>
        <Row href="#/privacy/phone" icon="key" title={t("phone.title")} text={t("phone.keys")} />
      </Rows>
    </>
  );
}

function Whole() {
  const { t, tn, language } = useCentre();
  const owner = useRole() === "owner";
  useMe();
  const [loaded, again] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`);
  return (
    <>
      <Findings />
      <Shown loaded={loaded} again={again}>
        {(value) => {
          const leaving = value.activities.filter((activity) => activity.leaves_house);
          const planned = leaving.filter((activity) => !activity.available);
          return (
            <>
              <Headline value={value} />
              <p>{t("privacy.lead")}</p>
              <Part id="open" title={t("privacy.open")}>
                <ActivityList activities={leaving.filter((activity) => activity.available)} again={again} />
              </Part>
              <Part id="home" title={t("privacy.home")}>
                <ActivityList activities={value.activities.filter((activity) => !activity.leaves_house)} again={again} />
              </Part>
              {planned.length > 0 && (
                <details class="later">
                  <summary>
                    <h2>{tn("privacy.planned", planned.length)}</h2>
                  </summary>
                  <ActivityList activities={planned} again={again} />
                </details>
              )}
            </>
          );
        }}
      </Shown>
      <h2>{t("centre.further")}</h2>
      <PhoneState />
      <Rows>
        <Row href="#/privacy/ledger" icon="history" title={t("privacy.ledger")} text={t("centre.ledger.text")} />
        <Row href="#/privacy/consents" icon="check" title={t("consents.title")} text={t("consents.text")} />
        {owner && <Row href="#/privacy/history" icon="history" title={t("more.cloud")} text={t("more.cloud.text")} />}
        {owner && <Row href="#/privacy/figures" icon="signal" title={t("more.figures")} text={t("more.figures.text")} />}
        <Row href="#/privacy/data" icon="other" title={t("data.title")} text={t("data.text")} />
        <Row href="#/privacy/access" icon="key" title={t("access.title")} text={t("access.text")} />
        <Row href="#/privacy/notice" icon="shield" title={t("notice.title")} text={t("privacy.notice")} />
      </Rows>
      <section class="card" aria-labelledby="stored">
        <h2 id="stored">{t("privacy.stored")}</h2>
        <p>{t("privacy.stored.text")}</p>
      </section>
    </>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: preact.ComponentChildren }) {
  return (
    <section aria-labelledby={`activities-${id}`}>
      <h2 id={`activities-${id}`}>{title}</h2>
      {children}
    </section>
  );
}

function Headline({ value }: { value: Activities }) {
  const { t, tn, language } = useCentre();
  const sum = today(value);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return (
    <div class="card headline">
      <Icon name="shield" size={30} />
      <p>
        <strong>
          {sum.bytes === 0
            ? t("privacy.today.none")
            : t("privacy.today.some", { bytes: bytes(sum.bytes, language), recipients: list.format(sum.recipients) })}
        </strong>{" "}
        {sum.refused > 0 && tn("privacy.today.refused", sum.refused)}{" "}
        <small>{t("privacy.today.since", { at: clock(Date.parse(value.day_began), language), zone: value.timezone })}</small>
      </p>
    </div>
  );
}
