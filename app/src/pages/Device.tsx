// One device: its controls, its course, every value with age and origin, its battery and radio, its name and room.

import { useCallback, useState } from "preact/hooks";
import { radioApi } from "../api/radio";
import type { Channel, Datapoint, Device, Parameter, Role } from "../api/types";
import { Age } from "../parts/Age";
import { Chart } from "../parts/Chart";
import { Controls, PlainControl } from "../parts/Controls";
import { Dialog } from "../parts/Dialog";
import { Title } from "../parts/Frame";
import { useAction, useLoad } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { lazy } from "../parts/lazy";
import { usePoint, usePoints } from "../parts/live";
import { RoomSelect } from "../parts/RoomSelect";
import { Standing } from "../parts/Tile";
import { client, go, home, phase, tell } from "../state/app";
import { describe, type Face, facesOf, kindOf, place, shownIds } from "../state/faces";
import { isNumber } from "../state/format";
import { deviceName, faceName } from "../state/names";
import { isDoubtful, parameterName, reading } from "../state/reading";
import { deviceLink, DEVICE_PARTS, type DevicePart } from "../state/route";
import { favourite, isCharted } from "../state/series";
import { strength } from "../state/signal";
import { useSelect } from "../state/store";
import { summarise } from "../state/summary";
import { useTexts } from "../texts";

const SettingsPart = lazy(() => import("./device/Settings").then((file) => file.SettingsPart));
const LinksPart = lazy(() => import("./device/Links").then((file) => file.LinksPart));
const WeekPart = lazy(() => import("./device/WeekPart").then((file) => file.WeekPart));
const ReplacePart = lazy(() => import("./device/Replace").then((file) => file.ReplacePart));

export function DevicePage({ address, part }: { address: string; part: DevicePart }) {
  const texts = useTexts();
  const { t } = texts;
  const device = useSelect(home, (state) => state.devices.get(address));
  const role = useSelect(phase, (state) => (state.name === "in" ? state.role : "guest"));
  const back = { href: "#/", label: t("tab.home") };
  if (device === undefined) {
    return (
      <>
        <Title text={t("device.title")} back={back} />
        <p>{t("device.gone")}</p>
      </>
    );
  }
  const thermostat = facesOf(device).find((face) => face.kind === "thermostat")?.channel;
  return (
    <>
      <Title text={deviceName(device, texts)} back={back} />
      {role !== "guest" && <Parts device={device} part={part} week={thermostat !== undefined} />}
      {part === "overview" && <Overview device={device} role={role} />}
      {part === "settings" && <SettingsPart device={device} />}
      {part === "links" && <LinksPart device={device} />}
      {part === "week" && thermostat !== undefined && <WeekPart device={device} channel={thermostat} />}
      {part === "replace" && <ReplacePart device={device} />}
    </>
  );
}

interface PartsProps {
  device: Device;
  part: DevicePart;
  week: boolean;
}

function Parts({ device, part, week }: PartsProps) {
  const { t } = useTexts();
  const shown = DEVICE_PARTS.filter((one) => one !== "replace" && (one !== "week" || week));
  return (
    <nav class="parts" aria-label={t("device.parts")}>
      {shown.map((one) => (
        <a key={one} href={deviceLink(device.address, one)} aria-current={one === part ? "page" : undefined}>
          {t(`device.part.${one}`)}
        </a>
      ))}
    </nav>
  );
}

function Overview({ device, role }: { device: Device; role: Role }) {
  const faces = facesOf(device);
  return (
    <div class="columns">
      <div>
        {faces.map((face) => (
          <FaceCard key={face.id} face={face} />
        ))}
        <Course device={device} faces={faces} />
      </div>
      <div>
        <Values device={device} faces={faces} />
        <Health device={device} role={role} />
        {role !== "guest" && <Edit key={`${device.name ?? ""} ${device.room ?? ""}`} device={device} />}
        {role === "owner" && <Unpair device={device} />}
      </div>
    </div>
  );
}

function FaceCard({ face }: { face: Face }) {
  const texts = useTexts();
  const points = usePoints(shownIds(face));
  const { main, more, shown } = summarise(face, points, texts);
  const doubtful = shown === undefined || isDoubtful(shown.origin) || !face.device.reachable;
  return (
    <section class={`card face ${doubtful ? "doubtful" : ""}`} aria-label={faceName(face, texts)}>
      {face.numbered && <h2>{faceName(face, texts)}</h2>}
      <p class="big">
        <strong>{main}</strong>
        {more.map((words) => (
          <span key={words}> {words}</span>
        ))}
      </p>
      <Standing face={face} shown={shown} />
      {shown !== undefined && (
        <p class="quiet">
          {texts.t(
            shown.origin === "restored"
              ? "origin.restored.long"
              : shown.origin === "assumed" || shown.origin === "waiting"
                ? `origin.${shown.origin}.long`
                : `origin.${shown.origin}`,
          )}
        </p>
      )}
      <Controls face={face} />
    </section>
  );
}

function Course({ device, faces }: { device: Device; faces: Face[] }) {
  const texts = useTexts();
  const wanted = favourite(faces.flatMap(shownIds));
  const at = wanted === null ? null : place(wanted);
  const parameter = wanted === null ? null : describe(new Map([[device.address, device]]), wanted);
  if (wanted === null || at === null || parameter === null || !isCharted(parameter)) return null;
  const channel = device.channels.find((candidate) => candidate.index === at.channel);
  return (
    <section class="card" aria-labelledby="device-history">
      <h2 id="device-history">
        {texts.t("device.history")}: {parameterName(at.parameter, texts)}
      </h2>
      <Chart
        id={wanted}
        name={deviceName(device, texts)}
        parameterName={at.parameter}
        parameter={parameter}
        kind={channel === undefined ? null : kindOf(channel)}
      />
    </section>
  );
}

function Values({ device, faces }: { device: Device; faces: Face[] }) {
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

function ValueTable({ device, channel, caption }: { device: Device; channel: Channel; caption: string }) {
  const { t } = useTexts();
  const shown = Object.entries(channel.parameters).filter(([, parameter]) => parameter.readable || parameter.event);
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
                <Icon name="history" size={15} /> {t(`origin.${point.origin}`)}
              </span>
            )}
            <Age at={point.at} />
          </span>
        )}
      </td>
    </tr>
  );
}

function Health({ device, role }: { device: Device; role: Role }) {
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
      <dl class="facts">
        <div>
          <dt>{t("device.model")}</dt>
          <dd>{device.model}</dd>
        </div>
        <div>
          <dt>{t("device.firmware")}</dt>
          <dd>{device.firmware}</dd>
        </div>
        <div>
          <dt>{t("device.address")}</dt>
          <dd>{device.address}</dd>
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

function Edit({ device }: { device: Device }) {
  const { t } = useTexts();
  const rooms = useSelect(home, (state) => state.rooms);
  const [name, setName] = useState(device.name ?? "");
  const [room, setRoom] = useState(device.room ?? "");
  const [running, save] = useAction(
    useCallback(async () => {
      const changed = await client.changeDevice(device.address, {
        name: name.trim() === "" ? null : name.trim(),
        room: room === "" ? null : room,
      });
      home.update((old) => ({ ...old, devices: new Map(old.devices).set(changed.address, changed) }));
      tell(t("saved"));
    }, [device.address, name, room, t]),
  );
  return (
    <section class="card" aria-labelledby="device-edit">
      <h2 id="device-edit">{t("device.edit")}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("device.name")}</span>
          <input
            value={name}
            maxLength={60}
            autocomplete="off"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
        </label>
        <label class="field">
          <span>{t("device.room")}</span>
          <RoomSelect rooms={rooms} value={room} onValue={setRoom} />
        </label>
        <button type="submit" disabled={running}>
          {t("save")}
        </button>
      </form>
    </section>
  );
}

const NEWS_MS = 300; // a change reaches the browser some 10 ms after the answer

function Unpair({ device }: { device: Device }) {
  const texts = useTexts();
  const { t } = texts;
  const [asking, setAsking] = useState(false);
  const [forget, setForget] = useState(false);
  const name = deviceName(device, texts);
  const [running, unpair] = useAction(
    useCallback(async () => {
      setAsking(false);
      await client.unpair(device.address, forget);
      await new Promise((resolve) => setTimeout(resolve, NEWS_MS));
      // a device that sleeps stays until it wakes
      tell(t(home.get().devices.has(device.address) ? "device.unpair.asleep" : "device.unpair.done", { name }));
      go("#/devices");
    }, [device.address, forget, name, t]),
  );
  return (
    <div class="buttons">
      <a class="button" href={deviceLink(device.address, "replace")}>
        {t("device.part.replace")}
      </a>
      <button
        type="button"
        class="danger"
        disabled={running}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("device.unpair")}
      </button>
      {asking && (
        <Dialog
          title={t("device.unpair.ask", { name })}
          confirm={t("device.unpair.do")}
          danger
          onConfirm={unpair}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("device.unpair.text")}</p>
          <label class="tick">
            <input
              type="checkbox"
              checked={forget}
              onChange={(event) => {
                setForget(event.currentTarget.checked);
              }}
            />
            <span>{t("device.unpair.forget")}</span>
          </label>
        </Dialog>
      )}
    </div>
  );
}
