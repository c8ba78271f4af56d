// How strongly each device is heard and hears us, weakest first, in words; its course over the day on demand.

import { useEffect, useRef, useState } from "preact/hooks";
import { radioApi, type Signal } from "../../api/radio";
import { Failed } from "../../parts/Failed";
import { useLoad, useNow } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, home } from "../../state/app";
import { DAY, decibels, MINUTE, number } from "../../state/format";
import { deviceName, roomName } from "../../state/names";
import { deviceLink } from "../../state/route";
import { bars, byWeakness, signalColumns, strength, weakest } from "../../state/signal";
import { useSelect } from "../../state/store";
import { type Technical, useTechnical } from "../../texts/technical";

export function SignalList({ name }: { name: string }) {
  const { t } = useTechnical();
  const turn = Math.floor(useNow(MINUTE, true) / MINUTE);
  const [loaded, again] = useLoad(() => radioApi(client, name).signals(), `${name} ${turn}`);
  return (
    <section aria-labelledby="signals">
      <h2 id="signals">{t("signal.title")}</h2>
      <p class="quiet">{t("signal.lead")}</p>
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("app.loading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" && loaded.value.signals.length === 0 && <p class="quiet">{t("signal.none")}</p>}
      {loaded.state === "here" && loaded.value.signals.length > 0 && (
        <ul class="rows card signals">
          {byWeakness(loaded.value.signals).map((signal) => (
            <SignalRow key={signal.device} signal={signal} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** "heard at −84.5 dBm, hears us at −80 dBm", as far as it is known. */
function both({ last_dbm: here, peer_dbm: there }: Signal, { t, language }: Technical): string {
  const said = (key: "signal.here" | "signal.there", dbm: number | null) =>
    dbm === null ? [] : [t(key, { dbm: decibels(dbm, language) })];
  const known = [...said("signal.here", here), ...said("signal.there", there)];
  return known.length === 0 ? t("signal.unheard") : known.join(", ");
}

function SignalRow({ signal }: { signal: Signal }) {
  const texts = useTechnical();
  const { t } = texts;
  const [open, setOpen] = useState(false);
  const device = useSelect(home, (state) => state.devices.get(signal.device));
  const room = useSelect(home, (state) => roomName(state.rooms, device?.room ?? null));
  const name = device === undefined ? signal.device : deviceName(device, texts);
  const word = strength(weakest(signal));
  return (
    <li>
      <details
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary class="row">
          <Bars count={bars(weakest(signal))} />
          <span class="words">
            <strong>{name}</strong>
            <small>
              {room !== null && `${room} · `}
              {both(signal, texts)}
            </small>
          </span>
          <span class={`strength is-${word}`}>{t(`signal.${word}`)}</span>
        </summary>
        <div class="signalmore">
          <p>{t(`signal.${word}.long`)}</p>
          {open && <Course signal={signal} name={name} />}
          {device !== undefined && <a href={deviceLink(device.address)}>{t("airtime.todevice")}</a>}
        </div>
      </details>
    </li>
  );
}

export function Bars({ count }: { count: number }) {
  return (
    <svg class="bars" width="26" height="22" viewBox="0 0 26 22" aria-hidden="true" focusable="false">
      {[0, 1, 2, 3].map((index) => (
        <rect
          key={index}
          class={index < count ? "full" : "empty"}
          x={1 + index * 6.5}
          y={16 - index * 4.5}
          width="4.5"
          height={5 + index * 4.5}
          rx="1"
        />
      ))}
    </svg>
  );
}

const LEAST_ROOM_DBM = 5; // less is chance: people walk through the room

function Course({ signal, name }: { signal: Signal; name: string }) {
  const texts = useTechnical();
  const { t, language } = texts;
  const place = useRef<HTMLDivElement>(null);
  const data = signalColumns(signal);
  const known = data.means.filter((value) => value !== null);
  const newest = data.times.at(-1) ?? 0;
  useEffect(() => {
    if (known.length === 0) return;
    let gone = false;
    let close: (() => void) | null = null;
    const untilMs = Date.now();
    void import("../../parts/plot").then(({ plot }) => {
      if (gone || place.current === null) return;
      close = plot(place.current, data, {
        stepped: false,
        leastRoom: LEAST_ROOM_DBM,
        share: false,
        fromMs: untilMs - DAY,
        untilMs,
        say: (value) => number(value, language, 1),
        language,
      });
    });
    return () => {
      gone = true;
      close?.();
    };
    // drawn again when a quarter of an hour is added; `data` is made anew at each drawing
  }, [newest, known.length, language]);
  if (known.length === 0) return <p class="quiet">{t("signal.nocourse")}</p>;
  const [low, high] = [decibels(Math.min(...known), language), decibels(Math.max(...known), language)];
  const label = low === high ? t("signal.steady", { name, value: low }) : t("signal.course", { name, low, high });
  return (
    <>
      <div class="plot" ref={place} role="img" aria-label={label} />
      <p class="quiet">
        <Icon name="history" size={16} /> {label}
      </p>
    </>
  );
}
