// Teach in a device: a window of a minute, what the radio hears meanwhile, and what to do with the outcome.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Device, PairingStep } from "../api/types";
import { Title } from "../parts/Frame";
import { useAction, useNow, useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { Controls } from "../parts/Controls";
import { usePoints } from "../parts/live";
import { useReason, useReasons } from "../parts/reasons";
import { RoomSelect } from "../parts/RoomSelect";
import { client, go, home, tell } from "../state/app";
import { facesOf, shownIds } from "../state/faces";
import { clock, decibels, SECOND } from "../state/format";
import { roomName, suggestName } from "../state/names";
import { deviceLink } from "../state/route";
import { Store, useSelect } from "../state/store";
import { summarise } from "../state/summary";
import { causeKey, readSerial, type TeachIn, teachIn, trace, type TraceLine } from "../state/teachin";
import { type Texts, useTexts } from "../texts";

const WINDOW_S = 60;

/** Whether the running or last window is ours; kept when the page is left, so that its outcome is too. */
const mine = new Store(false);

export function TeachInPage() {
  const { t } = useTexts();
  const owner = useRole() === "owner";
  return (
    <>
      <Title text={t("teach.title")} back={{ href: "#/devices", label: t("devices.title") }} />
      {owner ? <Whole /> : <p class="card">{t("teach.owner")}</p>}
    </>
  );
}

function Whole() {
  const { t } = useTexts();
  const steps = useSelect(home, (state) => state.pairing);
  const drivers = useSelect(home, (state) => state.drivers);
  const ours = useSelect(mine, (value) => value); // a window that somebody else opened is theirs to follow
  const radio = drivers.find((driver) => driver.airtime !== null) ?? drivers[0];
  const name = radio?.name ?? "bidcos";
  const now = teachIn(ours ? steps : []);
  const [running, begin] = useAction(
    useCallback(
      async (serial: string) => {
        mine.update(() => true);
        home.update((old) => ({ ...old, pairing: [] }));
        const { until } = await client.startPairing(name, WINDOW_S, serial).catch((error: unknown) => {
          mine.update(() => false);
          throw error;
        });
        home.update((old) =>
          old.pairing.length > 0 ? old : { ...old, pairing: [{ ...OPEN, interface: name, at: new Date().toISOString(), until }] },
        );
      },
      [name],
    ),
  );
  const [, end] = useAction(
    useCallback(async () => {
      await client.stopPairing(name);
    }, [name]),
  );
  const listening = now.stage === "open" || now.stage === "configuring";
  return (
    <>
      {now.stage === "idle" && <p class="lead">{t("teach.lead")}</p>}
      {listening && <Listening now={now} end={end} />}
      {now.stage === "paired" && now.device !== null && (
        <Paired
          key={now.device}
          address={now.device}
          what={now.what}
          again={() => {
            begin("");
          }}
        />
      )}
      {now.stage === "failed" && <WentWrong now={now} />}
      {now.stage === "closed" && <p role="status">{t("teach.closed")}</p>}
      {listening && <HeardList now={now} />}
      {!listening && now.stage !== "paired" && <Ways running={running} begin={begin} />}
      {steps.length > 0 && <Trace steps={steps} open={now.stage === "failed"} />}
      {now.stage !== "paired" && <Hints open={now.stage === "closed" || now.stage === "failed"} />}
    </>
  );
}

/** By its button, or by the number printed on it when the button is out of reach. */
function Ways({ running, begin }: { running: boolean; begin: (serial: string) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState("");
  const serial = readSerial(text);
  const wrong = text.trim() !== "" && serial === null;
  return (
    <>
      <button
        type="button"
        class="primary wide"
        disabled={running}
        onClick={() => {
          begin("");
        }}
      >
        {t("teach.start")}
      </button>
      <details class="card">
        <summary>{t("teach.serial")}</summary>
        <p class="quiet">{t("teach.serial.text")}</p>
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            if (serial !== null) begin(serial);
          }}
        >
          <label class="field">
            <span>{t("teach.serial.field")}</span>
            <input
              value={text}
              maxLength={14}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              aria-invalid={wrong}
              aria-describedby="teach-serial-said"
              onInput={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          </label>
          <button type="submit" disabled={running || serial === null}>
            {t("teach.serial.start")}
          </button>
        </form>
        <p class="quiet" id="teach-serial-said" role="status">
          {wrong ? t("teach.serial.wrong") : t("teach.serial.hint")}
        </p>
      </details>
    </>
  );
}

function WentWrong({ now }: { now: TeachIn }) {
  const { t } = useTexts();
  const told = useReason("pairing", now.reason ?? "other");
  return (
    <div class="card bad" role="alert">
      <h2>
        <Icon name="warning" /> {now.what === null ? t("teach.failed") : t("teach.failed.what", { what: now.what })}
      </h2>
      {told === null ? (
        <p>{t(causeKey(now.reason), { reason: now.reason ?? "?" })}</p>
      ) : (
        <>
          <p>
            <strong>{told.title}.</strong> {told.detail}
          </p>
          <p>
            <Icon name="forward" size={18} /> {told.way_out}
          </p>
        </>
      )}
    </div>
  );
}

/** Every step, to be read later too: what was heard, how far it came, why it stopped. */
function Trace({ steps, open }: { steps: readonly PairingStep[]; open: boolean }) {
  const { t, language } = useTexts();
  const lines = trace(steps);
  const words = useReasons(
    "pairing",
    lines.some((line) => line.stage === "failed"),
  );
  return (
    <details class="card" open={open}>
      <summary>{t("teach.trace")}</summary>
      <ol class="trace">
        {lines.map((line) => (
          <li key={line.key} class={line.stage}>
            <span>{traceText(line, words?.(line.reason ?? "other")?.title ?? line.reason ?? "?", t, language)}</span>
            <small>{new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(Date.parse(line.at))}</small>
          </li>
        ))}
      </ol>
    </details>
  );
}

function traceText(line: TraceLine, reason: string, t: Texts["t"], language: string): string {
  const what = line.what ?? t("teach.heard.something");
  switch (line.stage) {
    case "open":
      return t("teach.trace.open");
    case "heard":
      return t("teach.heard.line", { what, dbm: dbmText(line.rssiDbm, language) });
    case "configuring":
      return line.progress === null
        ? t("teach.trace.configuring", { what })
        : t("teach.trace.progress", { what, step: line.progress.step, steps: line.progress.steps });
    case "paired":
      return t("teach.trace.paired", { what });
    case "failed":
      return t("teach.trace.failed", { what, reason });
    case "closed":
      return t("teach.trace.closed");
  }
}

const dbmText = (dbm: number | null, language: string) => (dbm === null ? "? dBm" : decibels(dbm, language));

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
        {now.stage === "configuring" && now.progress !== null && (
          <>
            {" "}
            <strong>{t("teach.progress", now.progress)}</strong>
          </>
        )}
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
                dbm: dbmText(one.rssiDbm, language),
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
      await client.stopPairing(device.address.split(":")[0] ?? "bidcos").catch(() => undefined); // the window may be closed already
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
