// What is about to be signed, in words: from the same value that the signature is made from.

import { categoriesOf, type Yes } from "../../gate/yes";
import { DAY, dateTime } from "../../state/format";
import { useCentre } from "../../texts/privacy";

export function YesFacts({ yes }: { yes: Yes }) {
  const { t, tr, language } = useCentre();
  const { activity, recipient } = yes;
  const country = new Intl.DisplayNames([language], { type: "region" }).of(recipient.country) ?? recipient.country;
  const groups = activity.groups.filter(({ id }) => yes.groups.includes(id)).map(({ title }) => title);
  const until = t("privacy.form.until.at", { days: yes.days, at: dateTime(Date.now() + yes.days * DAY, language) });
  const facts: [string, string][] = [
    [t("privacy.purpose"), activity.purpose],
    [t("privacy.recipient"), t("privacy.recipient.line", { name: recipient.name, role: tr(`role.${recipient.role}`, recipient.role), country })],
    [t("privacy.host"), recipient.host],
    ...(recipient.addressee === "" ? [] : [[t(recipient.addressee.startsWith("age1") ? "privacy.addressee" : "privacy.addressee.person"), recipient.addressee] as [string, string]]),
    [t("privacy.categories"), (groups.length > 0 ? groups : [activity.data]).join("; ")],
    [t("privacy.kinds"), categoriesOf(yes).map((name) => tr(`category.${name}`, name)).join(", ")],
    [t("privacy.form"), yes.form === "until" ? until : t(`privacy.form.${yes.form}`)],
    [t("privacy.term"), activity.storage],
  ];
  if (yes.ticket !== "") facts.push([t("diagnosis.ticket"), yes.ticket]);
  return (
    <section aria-label={t("give.about")}>
      <h3>{t("give.about")}</h3>
      <dl class="facts" data-yes>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
