// Says on every page that something may leave the house, with the way to stop it.

import { useEffect, useRef } from "preact/hooks";
import { client, route } from "../state/app";
import { MINUTE, span } from "../state/format";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { useLoad, useNow } from "./hooks";
import { Icon } from "./Icon";

const LOOK_EVERY_MS = 5 * MINUTE;

export function Leaving() {
  const { t, language } = useTexts();
  const page = useSelect(route, (value) => value.page);
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useLoad(() => client.activities(language).catch(() => null), `${language} ${turn}`);
  const before = useRef(page);
  useEffect(() => {
    if (before.current === "diagnosis" && page !== "diagnosis") again(); // it may have been withdrawn there
    before.current = page;
  }, [page, again]);
  if (loaded.state !== "here" || loaded.value === null || page === "diagnosis") return null;
  const open = loaded.value.activities.filter((activity) => activity.state === "active");
  return (
    <>
      {open.map(({ id, grant }) => {
        const until = grant?.until ?? null;
        return (
          <p class="banner" key={id}>
            <Icon name="up" />
            <span>
              {until === null
                ? t("diagnosis.banner.once")
                : t("diagnosis.banner.until", { left: span(Date.parse(until) - Date.now(), language) })}{" "}
              <a href="#/settings/base/diagnosis">{t("diagnosis.banner.stop")}</a>
            </span>
          </p>
        );
      })}
    </>
  );
}
