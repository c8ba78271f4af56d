// The facts of one activity, in the notice's order: purpose, basis, recipient, data, term, consent, last transfer.

import type { Activity } from "../../api/types";
import { bytes, dateTime } from "../../state/format";
import { Icon, type IconName } from "../../parts/Icon";
import { useCentre } from "../../texts/privacy";

export function ActivityFacts({ activity }: { activity: Activity }) {
  const { t, tr, language } = useCentre();
  const country = (code: string) =>
    /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code) : code;
  const last = activity.last_transfer;
  const inside: [string, string][] = [
    [t("privacy.purpose"), activity.purpose],
    [t("privacy.basis"), tr(`basis.${activity.basis}`, activity.basis)],
    [t("privacy.categories"), activity.data],
    [t("privacy.term"), activity.storage],
  ];
  const outside: [string, string][] = [
    [
      t("privacy.recipient"),
      activity.recipients.length === 0
        ? t("privacy.recipient.none")
        : activity.recipients
            .map(({ name, role, country: code }) =>
              t("privacy.recipient.line", { name, role: tr(`role.${role}`, role), country: country(code) }),
            )
            .join("; "),
    ],
    [
      t("privacy.form"),
      activity.forms.map((form) => tr(`privacy.form.${form}`, form, { days: activity.longest_days ?? "?" })).join(", "),
    ],
    [
      t("privacy.last"),
      last === null
        ? t("privacy.last.none")
        : t("privacy.last.line", {
            at: dateTime(Date.parse(last.at), language),
            bytes: bytes(last.bytes, language),
            recipient: last.recipient,
            result: [tr(`privacy.result.${last.result}`, last.result), tr(`received.${last.refused}`, last.refused)].filter(Boolean).join(": "),
          }),
    ],
    [t("privacy.refused"), String(activity.refused_today)],
  ];
  const facts = activity.leaves_house ? [...inside, ...outside] : inside;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === "" ? "–" : value}</dd>
        </div>
      ))}
    </dl>
  );
}

const MARK: Record<Activity["state"], IconName> = {
  off: "minus",
  active: "up",
  used: "check",
  withdrawn: "close",
  expired: "clock",
  suspended: "clock",
};

/** The state as a word with its own sign: never by colour alone. */
export function ActivityState({ activity }: { activity: Activity }) {
  const { t, tr } = useCentre();
  if (activity.closed !== null)
    return (
      <span class="badge closed">
        <Icon name="close" size={16} /> {tr(`closed.${activity.closed}`, activity.closed)}
      </span>
    );
  if (activity.available && activity.condition === "transfer")
    return (
      <span class="badge">
        <Icon name="check" size={16} /> {t("privacy.state.transfer")}
      </span>
    );
  const word = activity.leaves_house
    ? t(activity.available || activity.state !== "off" ? `privacy.state.${activity.state}` : "privacy.state.unavailable")
    : t("privacy.state.home");
  return (
    <span class={`badge ${activity.state}`}>
      <Icon name={activity.leaves_house ? MARK[activity.state] : "home"} size={16} /> {word}
    </span>
  );
}
