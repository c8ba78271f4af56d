// What a card says of its activity: the title and how it stands, what for, what can be done here, the notice.

import type { ComponentChildren } from "preact";
import type { Activity } from "../../api/types";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "../privacy/ActivityFacts";

/** titleId: of the heading, which the section around is labelled by; children: what can be done. */
export function ActivityCard({ activity, titleId, children }: { activity: Activity; titleId: string; children: ComponentChildren }) {
  const { t } = useCentre();
  return (
    <>
      <div class="head">
        <h2 id={titleId} class="words">
          {activity.title}
        </h2>
        <ActivityState activity={activity} />
      </div>
      <p>{activity.purpose}</p>
      {children}
      <details>
        <summary aria-label={t("privacy.facts.of", { title: activity.title })}>{t("privacy.facts")}</summary>
        <ActivityFacts activity={activity} />
      </details>
    </>
  );
}
