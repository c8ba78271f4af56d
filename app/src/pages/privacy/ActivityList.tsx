// A row per activity: what it is, its state, its switch, the facts of the notice, the exact last payload.

import { useState } from "preact/hooks";
import type { Activity } from "../../api/types";
import { textOf } from "../../gate/attest";
import { me, question, whoAmI } from "../../gate/phone";
import { Icon } from "../../parts/Icon";
import { bytes, dateTime } from "../../state/format";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "./ActivityFacts";
import { Exact } from "./Exact";
import { Give } from "./Give";
import { Objecting } from "./Objecting";
import { useAct } from "./shared";
import { useWithdrawal } from "./withdrawal";

export function ActivityList({ activities, again }: { activities: Activity[]; again: () => void }) {
  return (
    <div class="pairs">
      {activities.map((activity) => (
        <One key={activity.id} activity={activity} again={again} />
      ))}
    </div>
  );
}

/** Activities that are prepared on a page of their own. */
const PAGES: Partial<Record<string, string>> = {
  "diagnosis.remote": "#/settings/base/diagnosis",
  "account.register": "#/account",
  "setup.timezone": "#/account",
  "support.ticket": "#/settings/base/diagnosis",
  "account.deregister": "#/privacy/data",
  "mail.product": "#/account",
  "mail.send": "#/notifications",
  "sms.send": "#/notifications",
  "push.send": "#/notifications",
  "history.cloud.display": "#/privacy/history",
  "history.cloud.statistics": "#/privacy/history",
  "monitor.device": "#/privacy/figures",
  "telemetry.usage": "#/privacy/figures",
};
const isOpen = (activity: Activity) => activity.state === "active" || activity.state === "suspended";

const canBeGiven = (activity: Activity) => activity.available && activity.condition === "consent";

function One({ activity, again }: { activity: Activity; again: () => void }) {
  const { t } = useCentre();
  return (
    <div class="card activity">
      <div class="head">
        <span class="words">
          <strong>{activity.title}</strong>
          <small>{t("privacy.clause", { clause: activity.clause })}</small>
        </span>
        <ActivityState activity={activity} />
      </div>
      {activity.leaves_house && <p>{activity.purpose}</p>}
      {activity.unbuilt !== null && (
        <p class="quiet">
          {activity.leaves_house && t("privacy.notbuilt")} {activity.unbuilt}
        </p>
      )}
      <Consent activity={activity} again={again} />
      <details>
        <summary aria-label={t("privacy.facts.of", { title: activity.title })}>{t("privacy.facts")}</summary>
        <ActivityFacts activity={activity} />
        {activity.last_transfer !== null && <Last activity={activity} />}
        {canBeGiven(activity) && <Objecting activity={activity} again={again} />}
      </details>
    </div>
  );
}

/** What lives and its end, or the way to a yes. here: on the activity's own page, which leads nowhere else. */
export function Consent({ activity, again, here = false }: { activity: Activity; again: () => void; here?: boolean }) {
  const [giving, setGiving] = useState(false);
  if (isOpen(activity))
    return (
      <>
        <Given activity={activity} />
        <TakeBack activity={activity} again={again} />
        {!here && <OwnPage activity={activity} />}
      </>
    );
  if (!canBeGiven(activity)) return null;
  if (giving)
    return (
      <Give
        activity={activity}
        onDone={() => {
          setGiving(false);
          again();
        }}
      />
    );
  return (
    <Allow
      activity={activity}
      here={here}
      onGive={() => {
        setGiving(true);
      }}
    />
  );
}

/** Off; one tap leads to what has to be seen before a yes, or to what this browser lacks for one. */
function Allow({ activity, here, onGive }: { activity: Activity; here: boolean; onGive: () => void }) {
  const { t } = useCentre();
  const { state } = useSelect(me, (value) => value);
  const label = t("privacy.allow.of", { title: activity.title });
  const page = PAGES[activity.id];
  if (page !== undefined && !here)
    return (
      <a class="button wide" href={page} aria-label={label}>
        {t("privacy.allow")}
      </a>
    );
  if (activity.recipients.length === 0) return <p class="quiet">{t("privacy.recipient.missing")}</p>;
  if (activity.forms.every((form) => form === "once")) return <p class="quiet">{t("privacy.elsewhere")}</p>;
  if (state === "none" || state === "reads") {
    const needed = t(state === "reads" ? "centre.phone.agree" : "centre.phone.pair");
    return (
      <a class="button wide" href="#/privacy/phone" aria-label={`${needed}: ${activity.title}`}>
        {needed}
      </a>
    );
  }
  if (state === "insecure") return <p class="quiet">{t("phone.state.insecure.text")}</p>;
  return (
    <button type="button" class="wide" role="switch" aria-checked="false" aria-label={label} onClick={onGive}>
      {t("privacy.allow")}
    </button>
  );
}

/** The page of its own, where more of what is allowed can be seen and changed. */
function OwnPage({ activity }: { activity: Activity }) {
  const { t } = useCentre();
  const page = PAGES[activity.id];
  if (page === undefined) return null;
  return (
    <a class="button wide" href={page} aria-label={t("privacy.page.of", { title: activity.title })}>
      {t("privacy.page")}
    </a>
  );
}

/** Each consent that lives: to whom, for what, until when. */
function Given({ activity }: { activity: Activity }) {
  const { t, tr, language } = useCentre();
  return (
    <ul class="plainlist apart">
      {activity.grants.map((grant) => (
        <li key={grant.id} data-grant={grant.id}>
          {grant.recipient}
          {grant.ticket !== "" && ` · ${grant.ticket}`} ·{" "}
          {grant.until === null
            ? tr(`privacy.form.${grant.form}`, grant.form)
            : t("privacy.given.until", { at: dateTime(Date.parse(grant.until), language) })}
        </li>
      ))}
    </ul>
  );
}

/** On; one tap ends it. */
function TakeBack({ activity, again }: { activity: Activity; again: () => void }) {
  const { t } = useCentre();
  const [running, withdraw] = useWithdrawal(activity.id, again);
  return (
    <button
      type="button"
      class="wide"
      role="switch"
      aria-checked="true"
      aria-label={t("privacy.withdraw.of", { title: activity.title })}
      disabled={running}
      onClick={withdraw}
    >
      <Icon name="stop" size={18} /> {t("diagnosis.withdraw")}
    </button>
  );
}

interface LastSent {
  text: string;
  sha256: string;
  at: string;
  recipient: string;
}

/** Exactly what left last, under the gate's signature. */
function Last({ activity }: { activity: Activity }) {
  const { t, language } = useCentre();
  const [sent, setSent] = useState<LastSent | null>(null);
  const [running, show] = useAct(async () => {
    await whoAmI();
    const { told, text } = await question("last", "last", { activity: activity.id });
    if (text === null) return;
    setSent({ text, sha256: textOf(told, "sha256"), at: textOf(told, "at"), recipient: textOf(told, "recipient") });
  });
  if (sent === null)
    return (
      <button type="button" class="wide" disabled={running} onClick={show}>
        {t("privacy.last.show")}
      </button>
    );
  return (
    <div data-last>
      <h3>{t("privacy.last.exact")}</h3>
      <p class="quiet">
        {t("privacy.last.to", {
          at: dateTime(Date.parse(sent.at), language),
          recipient: sent.recipient,
          bytes: bytes(new TextEncoder().encode(sent.text).length, language),
        })}
      </p>
      <Exact text={sent.text} sha256={sent.sha256} title={t("privacy.last.exact")} />
      <p class="good">
        <Icon name="check" size={18} /> {t("centre.confirmed")}
      </p>
    </div>
  );
}
