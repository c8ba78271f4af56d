// "What leaves my home?": today's headline, every activity of the notice, the ledger, what the browser keeps.

import type { Activity, GateStatus } from "../api/types";
import { ActivityFacts, ActivityState } from "../parts/ActivityFacts";
import { Title } from "../parts/Frame";
import { Failed } from "../parts/Failed";
import { useLoad } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { client } from "../state/app";
import { bytes } from "../state/format";
import { midnight, today } from "../state/privacy";
import { useTexts } from "../texts";

export function PrivacyPage() {
  const { t, tn, language } = useTexts();
  const [loaded, again] = useLoad(() => client.activities(language), language);
  const [status] = useLoad(client.gateStatus, "status");
  const activities = loaded.state === "here" ? loaded.value.activities : [];
  const leaving = activities.filter((activity) => activity.leaves_house);
  const open = leaving.filter((activity) => activity.available);
  const planned = leaving.filter((activity) => !activity.available);
  return (
    <>
      <Title text={t("privacy.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("app.loading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} />}
      {loaded.state === "here" && <Headline activities={activities} />}
      <p>
        {t("privacy.lead")} <a href="#/privacy/notice">{t("privacy.notice")}</a>
      </p>
      <div class="columns">
        <div>
          <Activities id="open" title={t("privacy.open")} activities={open} />
          <Activities
            id="home"
            title={t("privacy.home")}
            activities={activities.filter((activity) => !activity.leaves_house)}
          />
          {planned.length > 0 && (
            <details class="later">
              <summary>
                <h2>{tn("privacy.planned", planned.length)}</h2>
              </summary>
              <ActivityList activities={planned} />
            </details>
          )}
        </div>
        <div>
          {status.state === "here" && status.value.ledger !== undefined && <LedgerState ledger={status.value.ledger} />}
          <section class="card" aria-labelledby="stored">
            <h2 id="stored">{t("privacy.stored")}</h2>
            <p>{t("privacy.stored.text")}</p>
          </section>
        </div>
      </div>
    </>
  );
}

function Headline({ activities }: { activities: Activity[] }) {
  const { t, tn, language } = useTexts();
  const sum = today(activities, midnight(Date.now()));
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
        {sum.refused > 0 && tn("privacy.today.refused", sum.refused)}
      </p>
    </div>
  );
}

function Activities({ id, title, activities }: { id: string; title: string; activities: Activity[] }) {
  if (activities.length === 0) return null;
  return (
    <section aria-labelledby={`activities-${id}`}>
      <h2 id={`activities-${id}`}>{title}</h2>
      <ActivityList activities={activities} />
    </section>
  );
}

function ActivityList({ activities }: { activities: Activity[] }) {
  const { t } = useTexts();
  return (
    <>
      {activities.map((activity) => (
        <details key={activity.id} class="card activity" name="activity">
          <summary>
            <span class="words">
              <strong>{activity.title}</strong>
              <small>{t("privacy.clause", { clause: activity.clause })}</small>
            </span>
            <ActivityState activity={activity} />
          </summary>
          <ActivityFacts activity={activity} />
          {activity.id === "diagnosis.remote" && (
            <a class="button" href="#/settings/base/diagnosis">
              {t("privacy.manage")}
            </a>
          )}
        </details>
      ))}
    </>
  );
}

function LedgerState({ ledger }: { ledger: NonNullable<GateStatus["ledger"]> }) {
  const { t } = useTexts();
  const { size, root, checkpoint } = ledger;
  return (
    <section class="card" aria-labelledby="ledger-state">
      <h2 id="ledger-state">{t("privacy.ledger")}</h2>
      <p class="breakable">{t("privacy.ledger.text", { size, root })}</p>
      {checkpoint !== null && checkpoint !== "" && (
        <details>
          <summary>{t("privacy.ledger.check")}</summary>
          <pre class="bytes" tabIndex={0}>
            {checkpoint}
          </pre>
        </details>
      )}
      <p class="quiet">{t("privacy.ledger.how")}</p>
      <a class="button" href="#/privacy/ledger">
        {t("privacy.ledger.show")}
      </a>
    </section>
  );
}
