// Teach in a device: a window of a minute, what the radio hears meanwhile, and what to do with the outcome.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Device } from "../api/types";
import { Title } from "../parts/Frame";
import { useAction, useNow } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { Controls } from "../parts/Controls";
import { usePoints } from "../parts/live";
import { client, go, home, tell } from "../state/app";
import { facesOf, shownIds } from "../state/faces";
import { clock, number, SECOND } from "../state/format";
import { roomName, suggestName } from "../state/names";
import { deviceLink } from "../state/route";
import { useSelect } from "../state/store";
import { summarise } from "../state/summary";
import { causeKey, type TeachIn, teachIn } from "../state/teachin";
import { useTexts } from "../texts";
import { RoomSelect } from "./Device";

const WINDOW_S = 60;

export function TeachInPage() {
  const { t } = useTexts();
  const steps = useSelect(home, (state) => state.pairing);
  const drivers = useSelect(home, (state) => state.drivers);
  const [mine, setMine] = useState(false); // a window that somebody else opened is theirs to follow
  const radio = drivers.find((driver) => driver.airtime !== null) ?? drivers[0];
  const name = radio?.name ?? "bidcos";
  const now = teachIn(mine ? steps : []);
  const [running, begin] = useAction(
    useCallback(async () => {
      setMine(true);
      home.update((old) => ({ ...old, pairing: [] }));
      const { until } = await client.startPairing(name, WINDOW_S);
      home.update((old) =>
        old.pairing.length > 0 ? old : { ...old, pairing: [{ ...OPEN, interface: name, at: new Date().toISOString(), until }] },
      );
    }, [name]),
  );
  const [, end] = useAction(
    useCallback(async () => {
      await client.stopPairing();
    }, []),
  );
  const listening = now.stage === "open" || now.stage === "configuring";
  return (
    <>
      <Title text={t("teach.title")} back={{ href: "#/devices", label: t("devices.title") }} />
      {now.stage === "idle" && <p class="lead">{t("teach.lead")}</p>}
      {listening && <Listening now={now} end={end} />}
      {now.stage === "paired" && now.device !== null && (
        <Paired key={now.device} address={now.device} what={now.what} again={begin} />
      )}
      {now.stage === "failed" && (
        <div class="card bad" role="alert">
          <h2>
            <Icon name="warning" /> {t("teach.failed")}
          </h2>
          <p>{t(causeKey(now.reason), { reason: now.reason ?? "?" })}</p>
        </div>
      )}
      {now.stage === "closed" && <p role="status">{t("teach.closed")}</p>}
      {(now.heard.length > 0 || listening) && <HeardList now={now} />}
      {!listening && now.stage !== "paired" && (
        <button type="button" class="primary wide" disabled={running} onClick={begin}>
          {t("teach.start")}
        </button>
      )}
      {now.stage !== "paired" && <Hints open={now.stage === "closed" || now.stage === "failed"} />}
    </>
  );
}

const OPEN = { stage: "open", device: null, model: null, rssi_dbm: null, reason: null } as const;

const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;

function Listening({ now, end }: { now: TeachIn; end: () => void }) {
  const { t } = useTexts();
  const nowMs = useNow(SECOND, true);
  const left = Math.max(0, Math.ceil(((now.untilMs ?? nowMs) - nowMs) / SECOND));
  return (
    <div class="card listening">
      <div class="ring" role="timer" aria-label={t("teach.left", { seconds: left })}>
        <svg viewBox="0 0 120 120" width="140" height="140" aria-hidden="true" focusable="false">
          <circle class="track" cx="60" cy="60" r={RADIUS} />
          <circle
            class="rest"
            cx="60"
            cy="60"
            r={RADIUS}
            stroke-dasharray={`${ROUND}`}
            stroke-dashoffset={`${ROUND * (1 - Math.min(1, left / WINDOW_S))}`}
            transform="rotate(-90 60 60)"
          />
          <text x="60" y="70" text-anchor="middle">
            {left}
          </text>
        </svg>
      </div>
      <p role="status">
        {now.stage === "configuring"
          ? t("teach.configuring", { what: now.what ?? t("teach.heard.something") })
          : t("teach.lead")}
      </p>
      <button type="button" onClick={end}>
        {t("teach.stop")}
      </button>
    </div>
  );
}

const HEARD_SHOWN = 8;

function HeardList({ now }: { now: TeachIn }) {
  const { t, language } = useTexts();
  const latest = now.heard.slice(-HEARD_SHOWN).reverse();
  return (
    <section aria-labelledby="teach-heard">
      <h2 id="teach-heard">{t("teach.heard")}</h2>
      <ul class="heard card" aria-live="polite">
        {latest.length === 0 && <li class="quiet">{t("teach.nothing")}</li>}
        {latest.map((one) => (
          <li key={`${one.at} ${one.what ?? ""}`}>
            <Icon name="signal" size={18} />
            <span>
              {t("teach.heard.line", {
                what: one.what ?? t("teach.heard.something"),
                dbm: one.rssiDbm === null ? "? dBm" : `${number(one.rssiDbm, language)}\u202fdBm`,
              })}
            </span>
            <small>{clock(Date.parse(one.at), language)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hints({ open }: { open: boolean }) {
  const { t } = useTexts();
  return (
    <details class="card" open={open}>
      <summary>{t("teach.hint.title")}</summary>
      <ul>
        <li>{t("teach.hint.1")}</li>
        <li>{t("teach.hint.2")}</li>
        <li>{t("teach.hint.3")}</li>
      </ul>
    </details>
  );
}

function Paired({ address, what, again }: { address: string; what: string | null; again: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const device = useSelect(home, (state) => state.devices.get(address));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <div class="card good">
      <h2 tabIndex={-1} ref={heading}>
        <Icon name="check" /> {t("teach.paired", { what: device?.model ?? what ?? address })}
      </h2>
      {device !== undefined && <Welcome device={device} again={again} />}
    </div>
  );
}

function Welcome({ device, again }: { device: Device; again: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const rooms = useSelect(home, (state) => state.rooms);
  const [room, setRoom] = useState(device.room ?? rooms[0]?.id ?? "");
  const [name, setName] = useState<string | null>(null);
  const suggested = suggestName(device, roomName(rooms, room), texts);
  const [running, save] = useAction(
    useCallback(async () => {
      await client.stopPairing().catch(() => undefined); // the window may be closed already
      const change = { name: (name ?? suggested).trim(), room: room === "" ? null : room };
      const changed = await client.changeDevice(device.address, change);
      home.update((old) => ({ ...old, devices: new Map(old.devices).set(changed.address, changed), pairing: [] }));
      tell(t("saved"));
      go(deviceLink(device.address));
    }, [device.address, name, suggested, room, t]),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label class="field">
        <span>{t("teach.room")}</span>
        <RoomSelect rooms={rooms} value={room} onValue={setRoom} />
      </label>
      <label class="field">
        <span>{t("teach.name")}</span>
        <input
          value={name ?? suggested}
          maxLength={60}
          autocomplete="off"
          onInput={(event) => {
            setName(event.currentTarget.value);
          }}
        />
      </label>
      <Test device={device} />
      <div class="buttons">
        <button type="button" onClick={again}>
          {t("teach.again")}
        </button>
        <button type="submit" class="primary" disabled={running}>
          {t("teach.finish")}
        </button>
      </div>
    </form>
  );
}

function Test({ device }: { device: Device }) {
  const texts = useTexts();
  const { t } = texts;
  const face = facesOf(device)[0];
  const points = usePoints(face === undefined ? [] : shownIds(face));
  if (face === undefined) return null;
  const controlled = ["switch", "dimmer", "blind", "thermostat"].includes(face.kind);
  return (
    <section class="test" aria-labelledby="teach-test">
      <h3 id="teach-test">{t("teach.test")}</h3>
      <p role="status">
        <strong>{summarise(face, points, texts).main}</strong>
      </p>
      {controlled ? <Controls face={face} /> : <p class="quiet">{t("teach.test.sensor")}</p>}
    </section>
  );
}
