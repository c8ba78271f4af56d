// What a device remembers: the MASTER parameters of each channel, and what still waits to be written.

import { useState } from "preact/hooks";
import type { Device } from "../../api/types";
import { memoryChannels } from "../../state/paramset";
import { useTechnical } from "../../texts/technical";
import { ParamsetEditor } from "./ParamsetEditor";
import { Waiting } from "./Waiting";

export function SettingsPart({ device }: { device: Device }) {
  const { t, tr } = useTechnical();
  const channels = memoryChannels(device);
  const [chosen, setChosen] = useState(channels[0] ?? 0);
  const typeOf = (index: number) => device.channels.find((channel) => channel.index === index)?.type ?? "";
  const named = (index: number) => {
    const type = typeOf(index);
    const words = tr(`channel.${type}`, type.replaceAll("_", " ").toLowerCase());
    return index === 0 ? t("settings.device") : t("settings.channel", { index, type: words });
  };
  return (
    <>
      <Waiting device={device} of={["MASTER", "KEY"]} />
      {channels.length > 1 && (
        <label class="field">
          <span>{t("settings.pick")}</span>
          <select
            value={chosen}
            onChange={(event) => {
              setChosen(Number(event.currentTarget.value));
            }}
          >
            {channels.map((index) => (
              <option key={index} value={index}>
                {named(index)}
              </option>
            ))}
          </select>
        </label>
      )}
      <ParamsetEditor
        key={chosen}
        device={device}
        place={{ channel: `${device.address}:${chosen}`, paramset: "MASTER", peer: null }}
        title={named(chosen)}
      />
    </>
  );
}
