// Every value of a device with its age and origin; those that it never reported are folded away.

import type { Channel, Device, Parameter } from "../../api/types";
import { Age } from "../../parts/Age";
import { PlainControl } from "../../parts/Controls";
import { Icon } from "../../parts/Icon";
import { usePoint, usePoints } from "../../parts/live";
import { type Face, kindOf } from "../../state/faces";
import { isDoubtful, parameterName, reading } from "../../state/reading";
import { useTexts } from "../../texts";

export function Values({ device, faces }: { device: Device; faces: Face[] }) {
  const { t } = useTexts();
  const channels = device.channels.filter((channel) => channel.index > 0 && Object.keys(channel.parameters).length > 0 && !channel.type.startsWith("VIRTUAL_"));
  return (
    <section class="card" aria-labelledby="device-values">
      <h2 id="device-values">{t("device.values")}</h2>
      {channels.map((channel) => (
        <ChannelValues key={channel.index} device={device} channel={channel} named={channels.length > 1} faces={faces} />
      ))}
    </section>
  );
}

/** Parameters that the large controls above already offer. */
const OFFERED = new Set(["STATE", "LEVEL", "STOP", "SET_TEMPERATURE", "CONTROL_MODE", "AUTO_MODE", "MANU_MODE", "BOOST_MODE", "COMFORT_MODE", "LOWERING_MODE"]);

interface ChannelValuesProps {
  device: Device;
  channel: Channel;
  named: boolean;
  faces: Face[];
}

function ChannelValues({ device, channel, named, faces }: ChannelValuesProps) {
  const texts = useTexts();
  const { t, tr } = texts;
  const title = t("device.channel", { index: channel.index });
  const offered = faces.some((face) => face.channel.index === channel.index);
  const plain = Object.entries(channel.parameters).filter(
    ([name, parameter]) => parameter.writable && !(offered && OFFERED.has(name)),
  );
  return (
    <>
      {named && (
        <h3>
          {title} <small>{tr(`channel.${channel.type}`, channel.type.replaceAll("_", " ").toLowerCase())}</small>
        </h3>
      )}
      <ValueTable device={device} channel={channel} caption={title} />
      {plain.length > 0 && (
        <details open={!offered}>
          <summary>{t("device.more", { channel: title })}</summary>
          {plain.map(([name, parameter]) => (
            <div class="plaincontrol" key={name}>
              {parameter.type !== "FLOAT" && parameter.type !== "INTEGER" && <span>{parameterName(name, texts)}</span>}
              <PlainControl id={`${device.address}:${channel.index}.${name}`} name={name} parameter={parameter} />
            </div>
          ))}
        </details>
      )}
    </>
  );
}

/** Fewer are shown as they are: a fold would hide no more than itself. */
const FOLD_FROM = 3;

interface ValueTableProps {
  device: Device;
  channel: Channel;
  caption: string;
}

export function ValueTable({ device, channel, caption }: ValueTableProps) {
  const { tn } = useTexts();
  const shown = Object.entries(channel.parameters).filter(([, parameter]) => parameter.readable || parameter.event);
  const points = usePoints(shown.map(([name]) => `${device.address}:${channel.index}.${name}`));
  const told = shown.filter((_, at) => points[at] !== undefined);
  const silent = shown.filter((_, at) => points[at] === undefined);
  const same = { device, channel, caption };
  if (silent.length < FOLD_FROM) return <Rows {...same} shown={shown} />;
  return (
    <>
      <Rows {...same} shown={told} />
      <details>
        <summary>{tn("device.untold", silent.length)}</summary>
        <Rows {...same} shown={silent} />
      </details>
    </>
  );
}

function Rows({ device, channel, caption, shown }: ValueTableProps & { shown: [string, Parameter][] }) {
  const { t } = useTexts();
  if (shown.length === 0) return null;
  return (
    <table>
      <caption class="hidden">{caption}</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">{t("device.table.value")}</th>
          <th scope="col">{t("device.table.now")}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(([name, parameter]) => (
          <ValueRow key={name} id={`${device.address}:${channel.index}.${name}`} name={name} parameter={parameter} channel={channel} />
        ))}
      </tbody>
    </table>
  );
}

interface ValueRowProps {
  id: string;
  name: string;
  parameter: Parameter;
  channel: Channel;
}

function ValueRow({ id, name, parameter, channel }: ValueRowProps) {
  const texts = useTexts();
  const { t } = texts;
  const point = usePoint(id);
  return (
    <tr class={point === undefined || isDoubtful(point.origin) ? "doubtful" : ""}>
      <th scope="row">{parameterName(name, texts)}</th>
      <td>
        <span class="now">
          {point === undefined ? t("unknown") : reading(point.value, name, parameter, kindOf(channel), texts)}
        </span>
        {point !== undefined && (
          <span class="standing">
            {isDoubtful(point.origin) && (
              <span class="sign">
                <Icon name="clock" size={15} /> {t(`origin.${point.origin}`)}
              </span>
            )}
            <Age at={point.at} />
          </span>
        )}
      </td>
    </tr>
  );
}

