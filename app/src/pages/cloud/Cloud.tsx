// Usage history on servers (notice 6.10): for each purpose its series, what would leave, the consent, what left.

import { useEffect, useState } from "preact/hooks";
import { type Histories, historiesApi } from "../../api/histories";
import { Title } from "../../parts/Frame";
import { useNow, useRole } from "../../parts/hooks";
import { home } from "../../state/app";
import { courses } from "../../state/courses";
import { SECOND } from "../../state/format";
import { useSelect } from "../../state/store";
import { useTexts } from "../../texts";
import { useCloudTexts } from "../../texts/cloud";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "../privacy/ActivityFacts";
import { Consent } from "../privacy/ActivityList";
import { Shown, useGate, useMe } from "../privacy/shared";
import { Choosing } from "./Choosing";
import { Following } from "./Following";
import { Transfers } from "./Transfers";

const LOOK_EVERY_MS = 15 * SECOND;

export function CloudPage() {
  const { t } = useCloudTexts();
  const owner = useRole() === "owner";
  return (
    <>
      <Title text={t("cloud.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      <p class="lead">{t("cloud.lead")}</p>
      {owner ? <Whole /> : <p class="card">{t("cloud.owner")}</p>}
    </>
  );
}

function Whole() {
  const { language } = useCloudTexts();
  useMe();
  // what waits leaves, and what left is deleted, while nobody touches the page
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useGate(() => historiesApi(language).look(), `${language} ${turn}`);
  return (
    <Shown loaded={loaded} again={again}>
      {({ purposes, most }) => (
        <div class="columns">
          {purposes.map((purpose) => (
            <One key={purpose.activity} purpose={purpose} most={most} again={again} />
          ))}
        </div>
      )}
    </Shown>
  );
}

function One({ purpose, most, again }: { purpose: Histories["purposes"][number]; most: number; again: () => void }) {
  const plain = useTexts();
  const { t } = useCloudTexts();
  const centre = useCentre();
  const devices = useSelect(home, (value) => value.devices);
  const rooms = useSelect(home, (value) => value.rooms);
  // what was ticked shows at once; what the gate says of it counts
  const [series, setSeries] = useState(purpose.series);
  useEffect(() => {
    setSeries(purpose.series);
  }, [purpose.series]);
  const { activity, about, entered, recipients, transfers } = purpose;
  const groups = courses({ devices, rooms }, plain);
  // what is shown must be what would leave: another choice, or the next day, takes it away
  const current = [...series, "", ...purpose.series, "", transfers[0]?.transfer].join();
  return (
    <section class="card activity" aria-labelledby={activity} data-purpose={activity}>
      <div class="head">
        <span class="words">
          <h2 id={activity}>{about.title}</h2>
          <small>{centre.t("privacy.clause", { clause: about.clause })}</small>
        </span>
        <ActivityState activity={about} />
      </div>
      <p>{about.purpose}</p>
      <Choosing activity={activity} series={series} set={setSeries} groups={groups} most={most} again={again} />
      <Following key={current} about={about} entered={entered} allowed={recipients} groups={groups} />
      {(entered.length > 0 || recipients.length > 0) && (
        <>
          <h3>{t("cloud.consent")}</h3>
          <p class="quiet">{t("cloud.consent.text")}</p>
          <Consent activity={about} again={again} here />
        </>
      )}
      <details>
        <summary aria-label={centre.t("privacy.facts.of", { title: about.title })}>{centre.t("privacy.facts")}</summary>
        <ActivityFacts activity={about} />
      </details>
      <Transfers about={about} transfers={transfers} again={again} />
    </section>
  );
}
