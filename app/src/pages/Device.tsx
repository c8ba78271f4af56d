// One device: its controls, its course, every value with age and origin, its battery and radio, its name and room.

import { useCallback, useState } from "preact/hooks";
import type { Device, Role } from "../api/types";
import { Chart } from "../parts/Chart";
import { Controls } from "../parts/Controls";
import { Dialog } from "../parts/Dialog";
import { Title } from "../parts/Frame";
import { useAction, useRole } from "../parts/hooks";
import { lazy } from "../parts/lazy";
import { usePoints } from "../parts/live";
import { RoomSelect } from "../parts/RoomSelect";
import { isLit, Standing } from "../parts/Tile";
import { cameFrom, client, go, home, tell } from "../state/app";
import { describe, type Face, facesOf, kindOf, place, shownIds } from "../state/faces";
import { deviceName, faceName, roomName } from "../state/names";
import { isDoubtful, parameterName } from "../state/reading";
import { isVisitor } from "../state/roles";
import { deviceLink, DEVICE_PARTS, type DevicePart, roomLink } from "../state/route";
import { favourite, isCharted } from "../state/series";
import { useSelect } from "../state/store";
import { summarise } from "../state/summary";
import { useTexts } from "../texts";
import { Health, Unreachable } from "./device/Health";
import { Values } from "./device/Values";

const SettingsPart = lazy(() => import("./device/Settings").then((file) => file.SettingsPart));
const LinksPart = lazy(() => import("./device/Links").then((file) => file.LinksPart));
const WeekPart = lazy(() => import("./device/WeekPart").then((file) => file.WeekPart));
const Waiting = lazy(() => import("./device/Waiting").then((file) => file.Waiting));
const ReplacePart = lazy(() => import("./device/Replace").then((file) => file.ReplacePart));

export function DevicePage({ address, part }: { address: string; part: DevicePart }) {
  const texts = useTexts();
  const { t } = texts;
  const device = useSelect(home, (state) => state.devices.get(address));
  const role = useRole();
  const rooms = useSelect(home, (state) => state.rooms);
  const back = useBack();
  if (device === undefined) {
    return (
      <>
        <Title text={t("device.title")} back={back} />
        <p>{t(role === "owner" ? "device.gone" : "device.gone.mine")}</p>
      </>
    );
  }
  const room = roomName(rooms, device.room);
  const thermostat = facesOf(device).find((face) => face.kind === "thermostat")?.channel;
  return (
    <>
      <Title text={deviceName(device, texts)} back={back} />
      {room !== null && (back.label === room ? null : <p class="quiet place">{room}</p>)}
      {!isVisitor(role) && <Parts device={device} part={part} week={thermostat !== undefined} />}
      {part === "overview" && <Overview device={device} role={role} />}
      {part === "settings" && <SettingsPart device={device} />}
      {part === "links" && <LinksPart device={device} />}
      {part === "week" && thermostat !== undefined && <WeekPart device={device} channel={thermostat} />}
      {part === "replace" && <ReplacePart device={device} />}
    </>
  );
}

/** The list from which the device was opened. */
function useBack(): { href: string; label: string } {
  const { t } = useTexts();
  const from = useSelect(cameFrom, (value) => value);
  const room = useSelect(home, (state) => (from.page === "room" ? roomName(state.rooms, from.id) : null));
  switch (from.page) {
    case "room":
      return room === null ? { href: "#/rooms", label: t("rooms.title") } : { href: roomLink(from.id), label: room };
    case "devices":
      return { href: "#/devices", label: t("devices.title") };
    case "radio":
      return { href: "#/radio", label: t("more.radio") };
    default:
      return { href: "#/", label: t("tab.home") };
  }
}

interface PartsProps {
  device: Device;
  part: DevicePart;
  week: boolean;
}

function Parts({ device, part, week }: PartsProps) {
  const { t } = useTexts();
  const usual = DEVICE_PARTS.filter((one) => one !== "replace" && (one !== "week" || week));
  // a rare page, of one device that is broken: with the others beside it the row is too long for a phone
  const shown: readonly DevicePart[] = part === "replace" ? ["overview", "replace"] : usual;
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
        <Unreachable device={device} />
        {(device.pending || (device.configuration ?? []).length > 0) && <Waiting device={device} />}
        {faces.map((face) => (
          <FaceCard key={face.id} face={face} />
        ))}
        {!isVisitor(role) && <Course device={device} faces={faces} />}
        <Health device={device} role={role} />
      </div>
      <div>
        <Values device={device} faces={faces} />
        {!isVisitor(role) && <Edit key={`${device.name ?? ""} ${device.room ?? ""}`} device={device} />}
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
    <section
      class={`card face ${isLit(face, points[0]) ? "lit" : ""} ${doubtful ? "doubtful" : ""}`}
      aria-label={faceName(face, texts)}
    >
      <div class="about">
        {face.numbered && <h2>{faceName(face, texts)}</h2>}
        <p class="big">
          <strong>{main}</strong>
          {more.map((words) => (
            <span key={words}> {words}</span>
          ))}
        </p>
        <Standing face={face} shown={shown} />
        {shown !== undefined && (
          <p class="standing">
            {texts.t(
              shown.origin === "restored"
                ? "origin.restored.long"
                : shown.origin === "assumed" || shown.origin === "waiting"
                  ? `origin.${shown.origin}.long`
                  : `origin.${shown.origin}`,
            )}
          </p>
        )}
      </div>
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
