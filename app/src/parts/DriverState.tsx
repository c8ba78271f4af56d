// How the radio is and since when; while nobody can say that, this.

import type { Driver } from "../api/types";
import { link } from "../state/app";
import { dateTime } from "../state/format";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Icon } from "./Icon";

export function DriverState({ driver }: { driver: Driver }) {
  const { t, language } = useTexts();
  const away = useSelect(link, (value) => value.state === "lost");
  return (
    <>
      <Icon name={driver.state === "ready" && !away ? "check" : "warning"} size={18} />{" "}
      <strong>{t(away ? "driver.state.unknown" : `driver.state.${driver.state}`)}</strong>
      {!away && <small> {t("devices.since", { since: dateTime(Date.parse(driver.since), language) })}</small>}
    </>
  );
}
