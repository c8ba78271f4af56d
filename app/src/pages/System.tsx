// What runs, and how it is kept apart.

import { Title } from "../parts/Frame";
import { useLoad, useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { lazy } from "../parts/lazy";
import { client, phase } from "../state/app";
import { dateTime } from "../state/format";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Radio } from "./Devices";

// with the words and the switches of the privacy centre
const News = lazy(() => import("./updates/News").then((file) => file.News));

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
