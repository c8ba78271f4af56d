// The radio: what it is, the hour's send time and who used it, how well each device is heard.

import type { Driver } from "../../api/types";
import { DriverState } from "../../parts/DriverState";
import { Title } from "../../parts/Frame";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { home } from "../../state/app";
import { dateTime } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { useSelect } from "../../state/store";
import { useTechnical } from "../../texts/technical";
import { Row, Rows } from "../More";
import { AirtimeCard } from "./AirtimeCard";
import { SignalList } from "./SignalList";

export function RadioPage() {
  const { t } = useTechnical();
  const role = useRole();
  return (
    <>
      <Title text={t("radio.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {isVisitor(role) ? <p class="card">{t("app.residents")}</p> : <Radios owner={role === "owner"} />}
    </>
  );
}

function Radios({ owner }: { owner: boolean }) {
  const { t } = useTechnical();
  const drivers = useSelect(home, (state) => state.drivers);
  const radios = drivers.filter((driver) => driver.airtime !== null || driver.state !== "stopped");
  return (
    <>
      {radios.length === 0 && <p>{t("radio.none")}</p>}
      {radios.map((driver) => (
        <div class="columns" key={driver.name}>
          <div>
            <Hardware driver={driver} />
            <AirtimeCard name={driver.name} lost={driver.state === "lost"} />
          </div>
          <div>
            <SignalList name={driver.name} />
            <Rows>
              {owner && (
                <Row href="#/radio/keys" icon="key" title={t("keys.title")} text={t("keys.row")} />
              )}
              <Row href="#/radio/frames" icon="signal" title={t("frames.title")} text={t("frames.row")} />
            </Rows>
          </div>
        </div>
      ))}
    </>
  );
}

function Hardware({ driver }: { driver: Driver }) {
  const { t, tr, language } = useTechnical();
  const since = { since: dateTime(Date.parse(driver.since), language) };
  const radio = driver.radio ?? null;
  const facts: [string, string][] =
    radio === null
      ? []
      : [
          [t("radio.kind"), tr(`radio.kind.${radio.kind}`, radio.kind)],
          [t("radio.hardware"), radio.hardware],
          [t("radio.serial"), radio.serial],
          [t("radio.address"), radio.address],
          [t("radio.hardware_id"), radio.hardware_id],
        ];
  return (
    <section class="card" aria-labelledby={`radio-${driver.name}`}>
      <h2 id={`radio-${driver.name}`}>{tr(`driver.name.${driver.name}`, driver.name)}</h2>
      <p>
        <DriverState driver={driver} />
      </p>
      {driver.state === "lost" && <p>{tr(`driver.lost.${driver.detail}`, t("driver.lost", since), since)}</p>}
      {radio?.changed === true && (
        <p class="hint">
          <Icon name="warning" size={18} /> <span>{t("radio.changed")}</span>
        </p>
      )}
      <dl class="facts short">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
