// Settings → Home Base → Remote diagnosis (notice 6.6): state and withdrawal first, then a new yes, what has to be
// deleted by when, and what the notice says of it.

import { useState } from "preact/hooks";
import type { Activities, Activity } from "../../api/types";
import { Title } from "../../parts/Frame";
import { useNow, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { dateTime, MINUTE, SECOND, span } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "./ActivityFacts";
import { Deletions } from "./Deletions";
import { Prepare } from "./Prepare";
import { Report } from "./Report";
import { ForGuests, Shown, useGatePage, useMe } from "./shared";
import { useWithdrawal } from "./withdrawal";

const ID = "diagnosis.remote";
const REPORT = "support.ticket";
const LOOK_EVERY_MS = 5 * SECOND;

export function DiagnosisPage() {
  const { t } = useCentre();
  const role = useRole();
  return (
    <>
      <Title text={t("diagnosis.title")} back={{ href: "#/settings/base", label: t("base.title") }} />
      <p class="path quiet">
        <span class="hidden">{t("settings.path")}: </span>
        {t("settings.title")} › {t("base.title")} › {t("diagnosis.title")}
      </p>
      <p class="lead">{t("diagnosis.lead")}</p>
      {isVisitor(role) ? <ForGuests /> : <Whole />}
    </>
  );
}

function Whole() {
  const { t, language } = useCentre();
  const owner = useRole() === "owner";
  const [ticket, setTicket] = useState("");
  const diagnose = (chosen: string) => {
    setTicket(chosen);
    document.getElementById("prepare")?.scrollIntoView({ block: "start" });
  };
  useMe();
  // a consent may be given, used up or taken back elsewhere: look while this page is open
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`, String(turn));
  return (
    <Shown loaded={loaded} again={again}>
      {({ activities }) => {
        const activity = activities.find((candidate) => candidate.id === ID);
        const report = activities.find((candidate) => candidate.id === REPORT);
        return (
          activity !== undefined && (
            <div class="columns">
              <div>
                <State activity={activity} again={again} />
                {owner && report !== undefined && <Report activity={report} again={again} diagnose={diagnose} />}
                <Prepare key={ticket} activity={activity} again={again} offered={ticket} />
              </div>
              <div>
                <section class="card" aria-labelledby="about">
                  <h2 id="about">{t("diagnosis.about")}</h2>
                  <p class="quiet">{t("privacy.clause", { clause: activity.clause })}</p>
                  <ActivityFacts activity={activity} />
                  <p>{t("diagnosis.delete")}</p>
                </section>
                <Deletions when={activity.last_transfer?.at ?? ""} />
              </div>
            </div>
          )
        );
      }}
    </Shown>
  );
}

function State({ activity, again }: { activity: Activity; again: () => void }) {
  const { t, language } = useCentre();
  const nowMs = useNow(MINUTE, activity.state === "active");
  const [running, withdraw] = useWithdrawal(ID, again);
  const open = activity.state === "active" || activity.state === "suspended";
  return (
    <section class="card" aria-labelledby="state">
      <h2 id="state">{t("diagnosis.state")}</h2>
      <p>
        <ActivityState activity={activity} />
      </p>
      {open &&
        activity.grants.map((grant) => (
          <p key={grant.id} data-grant={grant.id}>
            <strong>
              {grant.until === null
                ? t("diagnosis.active.once")
                : t("diagnosis.active.until", {
                    at: dateTime(Date.parse(grant.until), language),
                    left: span(Date.parse(grant.until) - nowMs, language),
                  })}
            </strong>{" "}
            {t("diagnosis.ticket.of", { ticket: grant.ticket })}{" "}
            {t("diagnosis.since", { at: dateTime(Date.parse(grant.since), language) })}
          </p>
        ))}
      {open && (
        <button type="button" class="wide" disabled={running} onClick={withdraw}>
          <Icon name="stop" /> {t("diagnosis.withdraw")}
        </button>
      )}
    </section>
  );
}
