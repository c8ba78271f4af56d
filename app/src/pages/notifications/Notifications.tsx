// What people have to know: what waits comes by itself, what was is asked for; who knows of it says so here.

import { useCallback } from "preact/hooks";
import type { Notification } from "../../api/types";
import { Age } from "../../parts/Age";
import { Failed } from "../../parts/Failed";
import { Title } from "../../parts/Frame";
import { useAction, useLoad, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { useNames } from "../../parts/names";
import { client, home, tell } from "../../state/app";
import { isVisitor } from "../../state/roles";
import { useSelect } from "../../state/store";
import { useNotificationTexts } from "../../texts/notifications";
import { Ways } from "./Ways";

export function NotificationsPage() {
  const { t } = useNotificationTexts();
  const owner = useRole() === "owner";
  const waiting = useSelect(home, (value) => value.notifications);
  const [loaded, again] = useLoad(
    () => client.ask<{ notifications: Notification[] }>("notifications.list"),
    waiting.map((one) => `${one.id} ${String(one.count)}`).join(),
  );
  const known = new Set(waiting.map((one) => one.id));
  const all = loaded.state === "here" ? loaded.value.notifications : [];
  const past = all.filter((one) => !known.has(one.id));
  const told = new Map(all.map((one) => [one.id, one.told]));
  return (
    <>
      <Title text={t("notify.title")} back={{ href: "#/more", label: t("tab.more") }} />
      <section aria-labelledby="notify-waiting">
        <h2 id="notify-waiting">{t("notify.waiting")}</h2>
        {waiting.length === 0 && <p class="card">{t("notify.none")}</p>}
        <Several found={waiting.map((one) => ({ ...one, told: told.get(one.id) ?? [] }))} />
      </section>
      <section aria-labelledby="notify-past">
        <h2 id="notify-past">{t("notify.past")}</h2>
        {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
        {loaded.state === "here" && past.length === 0 && <p class="quiet">{t("notify.past.none")}</p>}
        <Several found={past} />
        <p class="quiet">{t("notify.kept")}</p>
      </section>
      {owner && <Ways />}
    </>
  );
}

function Several({ found }: { found: readonly Notification[] }) {
  return found.length === 0 ? null : (
    <ul class="rows card">
      {found.map((one) => (
        <One key={one.id} one={one} />
      ))}
    </ul>
  );
}

function One({ one }: { one: Notification }) {
  const { t, tr } = useNotificationTexts();
  const visitor = isVisitor(useRole());
  const what = tr(`notify.kind.${one.kind}`, one.kind);
  const where = useNames();
  const subject = one.subject === "" ? t("notify.base") : where(one.subject);
  const [running, acknowledge] = useAction(
    useCallback(async () => {
      await client.ask("notifications.acknowledge", { id: one.id });
      tell(t("notify.acked"));
    }, [one.id, t]),
  );
  return (
    <li data-notification={one.kind} data-urgency={one.urgency}>
      <div class="row acted">
        <Icon name={one.urgency === "info" ? "bell" : "warning"} />
        <span class="words">
          <strong>
            {t(`notify.class.${one.urgency}`)}: {what}
          </strong>
          <small>
            {subject} · <Age at={one.latest_at} />
            {one.count > 1 && ` · ${t("notify.times", { count: one.count })}`} ·{" "}
            {t(one.ended_at === null ? "notify.lasts" : "notify.over")}
            {one.acknowledged_at !== null &&
              ` · ${one.acknowledged_by === "" ? t("notify.by.console") : t("notify.by", { name: one.acknowledged_by })}`}
          </small>
          {one.told.map((row) => (
            <small key={`${row.person} ${row.at}`}>
              {t("notify.told", { name: row.person, fate: tr(`notify.fate.${row.fate}`, row.fate) })}
              {row.what !== "" && tr(`refused.${row.what}`, "") !== "" && ` (${tr(`refused.${row.what}`, "")})`} ·{" "}
              <Age at={row.at} />
            </small>
          ))}
        </span>
        {one.waiting && !visitor && (
          <button
            type="button"
            disabled={running}
            aria-label={t("notify.ack.of", { what: `${what}, ${subject}` })}
            onClick={acknowledge}
          >
            {t("notify.ack")}
          </button>
        )}
      </div>
    </li>
  );
}
