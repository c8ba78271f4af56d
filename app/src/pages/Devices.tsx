// All devices, the radio's state, and the way to the teach-in.

import { DriverState } from "../parts/DriverState";
import { Title } from "../parts/Frame";
import { useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { ICON } from "../parts/Tile";
import { home } from "../state/app";
import { facesOf } from "../state/faces";
import { percent, SECOND } from "../state/format";
import { deviceName, roomName, sorted } from "../state/names";
import { isVisitor } from "../state/roles";
import { deviceLink } from "../state/route";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import type { Driver } from "../api/types";

export function DevicesPage() {
  const texts = useTexts();
  const { t, tn } = texts;
  const role = useRole();
  const devices = useSelect(home, (state) => state.devices);
  const rooms = useSelect(home, (state) => state.rooms);
  return (
    <>
      <Title text={t("devices.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {role === "owner" && (
        <a class="button primary wide" href="#/devices/teach-in">
          <Icon name="plus" size={18} /> {t("devices.teach")}
        </a>
      )}
      <Radio />
      <section aria-labelledby="devices-list">
        <h2 id="devices-list">{t("devices.list")}</h2>
        <p class="quiet">{tn("rooms.count", devices.size)}</p>
        <ul class="rows card menu">
          {sorted(devices.values(), texts).map((device) => (
            <li key={device.address}>
              <a class="row" href={deviceLink(device.address)}>
                <Icon name={ICON[facesOf(device)[0]?.kind ?? "other"]} />
                <span class="words">
                  <strong>{deviceName(device, texts)}</strong>
                  <small>
                    {device.model} · {roomName(rooms, device.room) ?? t("tile.noroom")}
                    {!device.reachable && ` · ${t("tile.unreachable")}`}
                  </small>
                </span>
                <Icon name="forward" size={18} />
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** The radio in short; visitors are told nothing of it. */
export function Radio() {
  const { t } = useTexts();
  const drivers = useSelect(home, (state) => state.drivers);
  return isVisitor(useRole()) ? null : (
    <section aria-labelledby="devices-radio">
      <h2 id="devices-radio">{t("devices.radio")}</h2>
      {drivers.map((driver) => (
        <DriverCard key={driver.name} driver={driver} />
      ))}
      <p>
        <a class="button" href="#/radio">
          <Icon name="signal" size={18} /> {t("devices.radio.more")}
        </a>
      </p>
    </section>
  );
}

function DriverCard({ driver }: { driver: Driver }) {
  const { t, tr, language } = useTexts();
  const { airtime } = driver;
  const seconds = (ms: number) =>
    new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 1 }).format(ms / SECOND);
  return (
    <div class="card">
      <dl class="facts">
        <div>
          <dt>{tr(`driver.name.${driver.name}`, driver.name)}</dt>
          <dd>
            <DriverState driver={driver} />
          </dd>
        </div>
        {airtime !== null && (
          <div>
            <dt id={`airtime-${driver.name}`}>{t("devices.airtime")}</dt>
            <dd>
              <meter
                min={0}
                max={airtime.limit_ms}
                high={airtime.limit_ms * 0.8}
                value={airtime.used_ms}
                aria-labelledby={`airtime-${driver.name}`}
              />{" "}
              {t("devices.airtime.text", { used: seconds(airtime.used_ms), limit: seconds(airtime.limit_ms) })} (
              {percent(airtime.used_ms / airtime.limit_ms, language)}) <small>{t("devices.airtime.hint")}</small>
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
