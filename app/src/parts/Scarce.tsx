// Why nothing works, or soon won't: the hour's send time, and who used most of it.

import { useEffect, useState } from "preact/hooks";
import { radioApi, type AirtimeEntry } from "../api/radio";
import type { Driver } from "../api/types";
import { biggest } from "../state/airtime";
import { client } from "../state/app";
import { about, MINUTE, percent, SECOND } from "../state/format";
import { type Texts, useTexts } from "../texts";
import { useNow } from "./hooks";
import { Icon } from "./Icon";

export function Scarce({ driver }: { driver: Driver }) {
  const texts = useTexts();
  const entries = useEntries(driver.name);
  const { level } = driver.airtime ?? {};
  return (
    <p class={`banner ${level === "exhausted" ? "bad" : ""}`} data-airtime={level}>
      <Icon name="warning" />{" "}
      <span>
        {state(driver, texts)} {first(entries, texts)} <a href="#/radio">{texts.t("airtime.banner.why")}</a>
      </span>
    </p>
  );
}

function state({ airtime }: Driver, { t, language }: Texts): string {
  const { level, exhausted_in_s: left } = airtime ?? {};
  if (level === "exhausted") return t("airtime.banner.exhausted");
  if (left === null || left === undefined) return t("airtime.banner.scarce");
  return t("airtime.banner.forecast", { time: about(left * SECOND, language) });
}

function first(entries: readonly AirtimeEntry[], texts: Texts): string {
  const found = biggest(entries);
  if (found === null) return "";
  return texts.t("airtime.banner.cause", { cause: causeText(found, texts), share: percent(found.share, texts.language) });
}

/** "rule “evening”", "people". */
export function causeText({ cause, name }: Pick<AirtimeEntry, "cause" | "name">, { t, tr }: Texts): string {
  const kind = t(`cause.${cause}`);
  return name === "" ? kind : t("cause.of", { cause: kind, name: tr(`cause.name.${name}`, name) });
}

/** The hour's ledger, looked at each minute; nothing where this person may not see it. */
function useEntries(radio: string): readonly AirtimeEntry[] {
  const [entries, setEntries] = useState<readonly AirtimeEntry[]>([]);
  const turn = Math.floor(useNow(MINUTE, true) / MINUTE);
  useEffect(() => {
    let wanted = true;
    radioApi(client, radio)
      .airtime()
      .then((report) => {
        if (wanted) setEntries(report.entries);
      })
      .catch(() => undefined); // the banner says enough without
    return () => {
      wanted = false;
    };
  }, [radio, turn]);
  return entries;
}
