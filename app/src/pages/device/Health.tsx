// Battery and radio of a device: what it says of itself, its model, its key; and why it does not answer.
import { radioApi } from "../../api/radio";
import type { Datapoint, Device, Role } from "../../api/types";
import { useLoad } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { usePoint } from "../../parts/live";
import { useReason } from "../../parts/reasons";
import { client } from "../../state/app";
import { isNumber } from "../../state/format";
import { strength } from "../../state/signal";
import { useTexts } from "../../texts";
import { ValueTable } from "./Values";

/** Why it is not reachable, and what helps; nothing while it is. */
export function Unreachable({ device }: { device: Device }) {
  const { t } = useTexts();
  const told = useReason("device", device.reachable ? null : (device.unreachable_reason ?? "other"));
  if (device.reachable) return null;
  return (
    <section class="card bad" aria-labelledby="device-unreachable">
      <h2 id="device-unreachable">
        <Icon name="warning" size={18} /> {t("tile.unreachable")}
      </h2>
      <p>{told?.detail ?? t("device.unreachable.text")}</p>
      {told !== null && <p>{told.way_out}</p>}
    </section>
  );
}

export function Health({ device, role }: { device: Device; role: Role }) {
  const texts = useTexts();
  const { t } = texts;
  const channel = device.channels.find((candidate) => candidate.index === 0);
  const rssi = usePoint(`${device.address}:0.RSSI_DEVICE`);
  const driver = device.address.split(":")[0] ?? "";
  return (
    <section class="card" aria-labelledby="device-health">
      <h2 id="device-health">{t("device.health")}</h2>
      {channel !== undefined && <ValueTable device={device} channel={channel} caption={t("device.health")} />}
      <Signal point={rssi} />
      <dl class="facts short">
        <div>
          <dt>{t("device.model")}</dt>
          <dd>{device.model}</dd>
        </div>
        <div>
          <dt>{t("device.firmware")}</dt>
          <dd>{device.firmware}</dd>
        </div>
        <div>
          <dt>{t("device.serial")}</dt>
          <dd>{device.address.replace(/^\w+:/, "")}</dd>
        </div>
        {role === "owner" && <KeyFact radio={driver} address={device.address} />}
      </dl>
    </section>
  );
}

/** Which key it signs with, in plain words. */
function KeyFact({ radio, address }: { radio: string; address: string }) {
  const { t } = useTexts();
  const [loaded] = useLoad(() => radioApi(client, radio).keys().catch(() => null), radio);
  const key = loaded.state === "here" ? loaded.value?.devices.find((one) => one.device === address) : undefined;
  return (
    <div>
      <dt>{t("device.key")}</dt>
      <dd>
        {key === undefined ? "–" : t(`device.key.${key.state}`)}{" "}
        <small>
          <a href="#/radio/keys">{t("device.key.more")}</a>
        </small>
      </dd>
    </div>
  );
}

function Signal({ point }: { point: Datapoint | undefined }) {
  const { t } = useTexts();
  if (!isNumber(point?.value) || point.value >= 0) return null;
  return (
    <p class="quiet">
      <Icon name="signal" size={18} /> {t("param.RSSI_DEVICE")}: {t(`device.signal.${strength(point.value)}`)}
    </p>
  );
}

