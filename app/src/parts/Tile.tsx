// One thing of the home on one tile: what it is, how it is, how old that is, and its nearest control.

import type { Datapoint } from "../api/types";
import { command, home, tell } from "../state/app";
import { type Face, type Kind, shownIds } from "../state/faces";
import { faceName, roomName } from "../state/names";
import { isDoubtful, isOn } from "../state/reading";
import { deviceLink } from "../state/route";
import { useSelect } from "../state/store";
import { summarise } from "../state/summary";
import { useTexts } from "../texts";
import { Age } from "./Age";
import { Icon, type IconName } from "./Icon";
import { useBusy, usePoints } from "./live";

export const ICON: Record<Kind, IconName> = {
  switch: "socket",
  dimmer: "bulb",
  blind: "blind",
  thermostat: "thermostat",
  contact: "contact",
  motion: "motion",
  climate: "thermostat",
  smoke: "smoke",
  button: "button",
  power: "power",
  other: "other",
};

export function Tile({ face, showRoom }: { face: Face; showRoom: boolean }) {
  const texts = useTexts();
  const { t } = texts;
  const ids = shownIds(face);
  const points = usePoints(ids);
  const room = useSelect(home, (state) => roomName(state.rooms, face.device.room));
  const working = useBusy(ids[0] ?? "");
  const name = faceName(face, texts);
  const { main, more, shown } = summarise(face, points, texts);
  const doubtful = shown === undefined || isDoubtful(shown.origin) || !face.device.reachable;
  return (
    <li class={`tile ${isLit(face, points[0]) ? "lit" : ""} ${doubtful ? "doubtful" : ""}`}>
      <a class="about" href={deviceLink(face.device.address)}>
        <Icon name={ICON[face.kind]} />
        <span class="name">{name}</span>
        {showRoom && <span class="room">{room ?? t("tile.noroom")}</span>}
      </a>
      <div class="state">
        <p class="main">
          <strong>{working ? t("tile.busy") : main}</strong>
          {more.map((words) => (
            <span key={words}> {words}</span>
          ))}
        </p>
        <Standing face={face} shown={shown} />
      </div>
      <NearControl face={face} name={name} point={points[0]} />
    </li>
  );
}

export function isLit(face: Face, point: Datapoint | undefined): boolean {
  return ["switch", "dimmer", "contact", "motion", "smoke"].includes(face.kind) && isOn(point);
}

/** Age and origin, or why there is none to trust. Words and a sign, never colour alone. */
export function Standing({ face, shown }: { face: Face; shown: Datapoint | undefined }) {
  const { t } = useTexts();
  return (
    <p class="standing">
      {!face.device.reachable && (
        <span class="sign">
          <Icon name="warning" size={15} /> {t("tile.unreachable")}
        </span>
      )}
      {face.device.pending && shown?.origin !== "waiting" && (
        <span class="sign">
          <Icon name="clock" size={15} /> {t("tile.pending")}
        </span>
      )}
      {shown !== undefined && isDoubtful(shown.origin) && (
        <span class="sign">
          <Icon name="clock" size={15} /> {t(`origin.${shown.origin}`)}
        </span>
      )}
      {shown !== undefined && <Age at={shown.at} />}
    </p>
  );
}

function NearControl({ face, name, point }: { face: Face; name: string; point: Datapoint | undefined }) {
  if (face.kind === "switch") return <Toggle id={`${face.id}.STATE`} name={name} point={point} onValue={true} offValue={false} />;
  if (face.kind === "dimmer") {
    const full = face.channel.parameters.LEVEL?.max ?? 1;
    return <Toggle id={`${face.id}.LEVEL`} name={name} point={point} onValue={Math.min(1, full)} offValue={0} />;
  }
  if (face.kind === "blind") return <BlindButtons face={face} name={name} />;
  return null;
}

export interface ToggleProps {
  id: string;
  name: string;
  /** Its state; absent: nothing was heard yet. */
  point: Datapoint | undefined;
  onValue: boolean | number;
  offValue: boolean | number;
}

export function Toggle({ id, name, point, onValue, offValue }: ToggleProps) {
  const { t } = useTexts();
  const on = isOn(point);
  const working = useBusy(id);
  return (
    <button
      type="button"
      class={`toggle ${point === undefined ? "unknown" : ""}`}
      role="switch"
      aria-checked={on}
      aria-busy={working}
      aria-label={t("tile.switch", { name })}
      onClick={() => {
        if (working) return;
        void command(id, on ? offValue : onValue).then((done) => {
          if (done !== null) tell(t("control.done", { name, state: t(isOn(done) ? "on" : "off") }));
        });
      }}
    >
      <span class="knob" aria-hidden="true" />
      <span class="word" aria-hidden="true">
        {point !== undefined && t(on ? "on" : "off")}
      </span>
    </button>
  );
}

export function BlindButtons({ face, name }: { face: Face; name: string }) {
  const { t } = useTexts();
  const level = `${face.id}.LEVEL`;
  const working = useBusy(level);
  const press = (id: string, value: boolean | number) => () => {
    void command(id, value);
  };
  return (
    <div class="blindbuttons" role="group" aria-label={name} aria-busy={working}>
      <button type="button" aria-label={t("control.up.of", { name })} onClick={press(level, 1)}>
        <Icon name="up" />
      </button>
      {face.channel.parameters.STOP !== undefined && (
        <button type="button" aria-label={t("control.stop.of", { name })} onClick={press(`${face.id}.STOP`, true)}>
          <Icon name="stop" />
        </button>
      )}
      <button type="button" aria-label={t("control.down.of", { name })} onClick={press(level, 0)}>
        <Icon name="down" />
      </button>
    </div>
  );
}
