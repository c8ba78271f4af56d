// Danger and alarms that nobody acknowledged, above every page. Loaded after the first screen.

import { useNames } from "../../parts/names";
import { Icon } from "../../parts/Icon";
import { home, route } from "../../state/app";
import { urgent } from "../../state/home";
import { sameList, useSelect } from "../../state/store";
import { useNotificationTexts } from "../../texts/notifications";

export function Urgent() {
  const { t, tr } = useNotificationTexts();
  const names = useNames();
  const page = useSelect(route, (value) => value.page);
  const found = useSelect(home, urgent, sameList);
  if (page === "notifications") return null;
  return (
    <>
      {found.map((one) => (
        <p class="banner bad" key={one.id} data-notification={one.kind}>
          <Icon name="warning" />{" "}
          <span>
            <strong>
              {t(`notify.class.${one.urgency}`)}: {tr(`notify.kind.${one.kind}`, one.kind)}
            </strong>{" "}
            · {one.subject === "" ? t("notify.base") : names(one.subject)}{" "}
            <a href="#/notifications">{t("notify.to")}</a>
          </span>
        </p>
      ))}
    </>
  );
}
