// News by e-mail (notice 6.11): a company is told address, name and product, once agreed to and when they change.

import type { Reached } from "../../api/account";
import type { Activities } from "../../api/types";
import { useAccountTexts } from "../../texts/account";
import { Consent } from "../privacy/ActivityList";
import { Letter } from "../privacy/Letter";
import { Nobody } from "../privacy/Nobody";
import { Shown, useGatePage } from "../privacy/shared";
import { ActivityCard } from "./ActivityCard";

const ID = "mail.product";

/** turn: another value has its state looked at again. */
export function ProductMail({ reached, turn }: { reached: Reached; turn: number }) {
  const { t, language } = useAccountTexts();
  const [loaded, again] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`, String(turn));
  const confirmed = reached.email?.confirmed ?? null;
  const email = confirmed === null ? null : (reached.email?.address ?? null);
  return (
    <section class="card" aria-labelledby="product-mail" data-letter={ID}>
      <Shown loaded={loaded} again={again}>
        {({ activities }) => {
          const activity = activities.find(({ id }) => id === ID);
          if (activity === undefined) return null;
          const given = activity.grants.length > 0;
          return (
            <ActivityCard activity={activity} titleId="product-mail">
              {given && <Consent activity={activity} again={again} here />}
              {!given && activity.recipients.length === 0 && <Nobody activity={activity} />}
              {!given && activity.recipients.length > 0 && email === null && <p>{t("news.confirm")}</p>}
              {!given && activity.recipients.length > 0 && email !== null && (
                <Letter activity={activity} addressee={email} onDone={again} />
              )}
            </ActivityCard>
          );
        }}
      </Shown>
    </section>
  );
}
