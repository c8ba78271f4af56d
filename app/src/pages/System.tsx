// What runs, and how it is kept apart.

import { Title } from "../parts/Frame";
import { useAction, useLoad, useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { Said } from "../parts/Said";
import { client, phase } from "../state/app";
import { dateTime } from "../state/format";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Radio } from "./Devices";

/** What is known of new versions, and for owners: ask now. */
function News() {
  const { t, language } = useTexts();
  const role = useRole();
  const [news, again] = useLoad(() => client.updates(language), language);
  const [checking, check] = useAction(async () => {
    await client.checkUpdates(language);
    again();
  });
  if (news.state !== "here") return null;
  const { line, problem, update, checked_at } = news.value;
  return (
    <div class="card">
      <h2>{t("system.update")}</h2>
      <p>
        <Said text={line} />
      </p>
      {problem !== null && (
        <p class="quiet">
          <Said text={problem.text} />
        </p>
      )}
      {problem?.code === "no_consent" && role === "owner" && (
        <p>
          <a href="#/privacy">{t("system.update.allow")}</a>
        </p>
      )}
      {update !== null && (
        <>
          <Notes title={t("system.update.changes")} lines={update.changes} />
          <Notes title={t("system.update.fixes")} lines={update.fixes} />
        </>
      )}
      {checked_at !== null && <p class="quiet">{t("system.update.checked", { at: dateTime(Date.parse(checked_at), language) })}</p>}
      {role === "owner" && (
        <button type="button" disabled={checking} onClick={check}>
          {t("system.update.check")}
        </button>
      )}
    </div>
  );
}

function Notes({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

export function SystemPage() {
  const { t, tr, language } = useTexts();
  const [status] = useLoad(client.gateStatus, "status");
  const role = useRole();
  const session = useSelect(phase, (value) => value);
  return (
    <>
      <Title text={t("system.title")} back={{ href: "#/more", label: t("tab.more") }} />
      <div class="card">
        <dl class="facts">
          {status.state === "here" && (
            <>
              <div>
                <dt>{t("system.version")}</dt>
                <dd>{status.value.version}</dd>
              </div>
              <div>
                <dt>{t("system.jail")}</dt>
                <dd>
                  <Icon name={status.value.jailed ? "check" : "warning"} size={18} />{" "}
                  {t(status.value.jailed ? "system.jail.yes" : "system.jail.no")}
                </dd>
              </div>
              <div>
                <dt>{t("system.network")}</dt>
                <dd>{tr(`system.network.${status.value.network}`, status.value.network)}</dd>
              </div>
              {status.value.ledger !== undefined && (
                <div>
                  <dt>{t("privacy.ledger")}</dt>
                  <dd>
                    <a href="#/privacy/ledger">
                      {t("privacy.ledger.text", {
                        size: status.value.ledger.size,
                        root: status.value.ledger.root.slice(0, 12),
                      })}
                    </a>
                  </dd>
                </div>
              )}
            </>
          )}
          {session.name === "in" && session.expiresAt !== null && (
            <div>
              <dt>{t("system.session")}</dt>
              <dd>
                {t(`system.role.${session.role}`)}, {t("system.session.until", { at: dateTime(Date.parse(session.expiresAt), language) })}
              </dd>
            </div>
          )}
        </dl>
      </div>
      {(role === "owner" || role === "resident") && <News />}
      <Radio />
    </>
  );
}
