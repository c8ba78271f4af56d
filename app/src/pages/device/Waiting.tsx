// What a device has yet to take, with what wakes it, and what it did not take, with the cause.

import type { Device, WaitingConfiguration } from "../../api/types";
import { Age } from "../../parts/Age";
import { Icon } from "../../parts/Icon";
import { channelName } from "../../state/reading";
import { wakesBy } from "../../state/paramset";
import { useTechnical } from "../../texts/technical";
import { useReason } from "../../parts/reasons";

/** of: what is of interest here; without it everything is, and that its settings have yet to be read. */
export function Waiting({ device, of }: { device: Device; of?: readonly string[] }) {
  const texts = useTechnical();
  const { t, tr } = texts;
  const all = (device.configuration ?? []).filter((one) => of?.includes(one.what) ?? true);
  const unread = of === undefined && device.pending && all.length === 0;
  const waits = all.filter((one) => one.state === "pending");
  const failed = all.filter((one) => one.state === "failed");
  const named = (one: WaitingConfiguration) => {
    const what = tr(`waiting.${one.what}`, one.what);
    const channel = device.channels.find(({ index }) => index === one.channel);
    if (channel === undefined || channel.index === 0) return what;
    const alone = device.channels.filter(({ type }) => type === channel.type).length === 1;
    const words = channelName(channel.type, texts);
    return t("waiting.line", { what, channel: alone ? words : t("settings.channel", { index: channel.index, type: words }) });
  };
  return (
    <div role="status">
      {(waits.length > 0 || unread) && (
        <div class="card hintcard">
          <h2>
            <Icon name="clock" size={18} /> {t("waiting.title")}
          </h2>
          {unread && <p>{t("waiting.unread")}</p>}
          <ul class="plainlist">
            {waits.map((one) => (
              <li key={`${one.channel} ${one.what}`}>
                {named(one)} <small>{<Age at={one.at} />}</small>
              </li>
            ))}
          </ul>
          <p>{t(`wake.${wakesBy(device.receive_modes ?? [])}`)}</p>
        </div>
      )}
      {failed.map((one) => (
        <Failed key={`${one.channel} ${one.what}`} one={one} title={named(one)} />
      ))}
    </div>
  );
}

function Failed({ one, title }: { one: WaitingConfiguration; title: string }) {
  const { t } = useTechnical();
  const told = useReason("configuration", one.reason);
  return (
    <div class="card bad">
      <h2>
        <Icon name="warning" size={18} /> {t("waiting.failed", { what: title })}
      </h2>
      <p>{told?.detail ?? t("reason.other", { code: one.reason === "" ? "?" : one.reason })}</p>
      {told !== null && <p>{told.way_out}</p>}
    </div>
  );
}
