// The full controls of one channel, by what its parameters allow.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Parameter } from "../api/types";
import { command } from "../state/app";
import type { Face } from "../state/faces";
import { isNumber, percent, quantity, stepped } from "../state/format";
import { faceName } from "../state/names";
import { parameterName } from "../state/reading";
import { useTexts } from "../texts";
import { Icon } from "./Icon";
import { useBusy, usePoint } from "./live";
import { BlindButtons, Toggle } from "./Tile";

export function Controls({ face }: { face: Face }) {
  const texts = useTexts();
  const name = faceName(face, texts);
  switch (face.kind) {
    case "switch":
      return <SwitchControl face={face} name={name} />;
    case "dimmer":
      return <DimmerControl face={face} name={name} />;
    case "blind":
      return <BlindControl face={face} name={name} />;
    case "thermostat":
      return <ThermostatControl face={face} />;
    default:
      return null;
  }
}

function SwitchControl({ face, name }: { face: Face; name: string }) {
  const point = usePoint(`${face.id}.STATE`);
  return <Toggle id={`${face.id}.STATE`} name={name} point={point} onValue={true} offValue={false} />;
}

function DimmerControl({ face, name }: { face: Face; name: string }) {
  const { t } = useTexts();
  const id = `${face.id}.LEVEL`;
  const point = usePoint(id);
  return (
    <>
      <Toggle id={id} name={name} point={point} onValue={1} offValue={0} />
      <div class="control">
        <Slider id={id} label={t("control.level", { name })} />
      </div>
    </>
  );
}

function BlindControl({ face, name }: { face: Face; name: string }) {
  const { t } = useTexts();
  return (
    <>
      <BlindButtons face={face} name={name} />
      <div class="control">
        <Slider id={`${face.id}.LEVEL`} label={t("control.position", { name })} />
      </div>
    </>
  );
}

/** 0 to 100 percent; sent when the finger or key lets go, so that one movement is one radio frame. */
function Slider({ id, label }: { id: string; label: string }) {
  const { language } = useTexts();
  const point = usePoint(id);
  const working = useBusy(id);
  const known = isNumber(point?.value) ? Math.round(Math.min(1, point.value) * 100) : 0;
  const [held, setHeld] = useState<number | null>(null);
  const value = held ?? known;
  useEffect(() => {
    if (!working) setHeld(null);
  }, [working, known]);
  return (
    <div class="slider">
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={value}
        aria-label={label}
        aria-valuetext={percent(value / 100, language)}
        aria-busy={working}
        onInput={(event) => {
          setHeld(Number(event.currentTarget.value));
        }}
        onChange={(event) => {
          void command(id, Number(event.currentTarget.value) / 100);
        }}
      />
      <output aria-hidden="true">{percent(value / 100, language)}</output>
    </div>
  );
}

// Presses in quick succession become one command: a radiator thermostat listens rarely and the air is shared.
const SETTLE_MS = 700;

function ThermostatControl({ face }: { face: Face }) {
  const { t, language } = useTexts();
  const id = `${face.id}.SET_TEMPERATURE`;
  const parameter = face.channel.parameters.SET_TEMPERATURE;
  const point = usePoint(id);
  const working = useBusy(id);
  const [wanted, setWanted] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => {
    if (!working) setWanted(null);
  }, [working, point]);
  if (parameter === undefined) return null;
  const known = isNumber(point?.value) ? point.value : 20;
  const shown = wanted ?? known;
  const unknown = wanted === null && point === undefined;
  const half = { ...parameter, step: Math.max(0.5, parameter.step ?? 0.5) };
  const change = (by: number) => () => {
    const next = stepped(shown, by, half);
    setWanted(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void command(id, next), SETTLE_MS);
  };
  return (
    <div class="control">
      <div class="setpoint" role="group" aria-label={t("control.target")} aria-busy={working || wanted !== null}>
        <button type="button" aria-label={t("control.colder")} disabled={shown <= (parameter.min ?? 4.5)} onClick={change(-1)}>
          <Icon name="minus" />
        </button>
        <p role="status">
          <small>{t("control.target")}</small>
          <strong>{unknown ? "–" : quantity(shown, half, language)}</strong>
        </p>
        <button type="button" aria-label={t("control.warmer")} disabled={shown >= (parameter.max ?? 30.5)} onClick={change(1)}>
          <Icon name="plus" />
        </button>
      </div>
      {point?.origin === "waiting" && (
        <p class="quiet">
          <Icon name="clock" size={16} /> {t("control.target")}: {t("origin.waiting.long")}
        </p>
      )}
      <Modes face={face} target={shown} />
    </div>
  );
}

interface Mode {
  word: string;
  id: string;
  value: boolean | number;
}

/** Modes are an ENUM that can be written, or one ACTION or set point per mode beside an ENUM that only reports. */
function modesOf(face: Face, target: number): Mode[] {
  const { parameters } = face.channel;
  const mode = parameters.CONTROL_MODE;
  if (mode?.writable === true) {
    return mode.enum.flatMap((word, value) =>
      word === "PARTY-MODE" ? [] : [{ word, id: `${face.id}.CONTROL_MODE`, value }],
    );
  }
  const by: [string, string, boolean | number][] = [
    ["AUTO-MODE", "AUTO_MODE", true],
    ["MANU-MODE", "MANU_MODE", target],
    ["BOOST-MODE", "BOOST_MODE", true],
    ["COMFORT-MODE", "COMFORT_MODE", true],
    ["LOWERING-MODE", "LOWERING_MODE", true],
  ];
  return by
    .filter(([, name]) => parameters[name]?.writable === true)
    .map(([word, name, value]) => ({ word, id: `${face.id}.${name}`, value }));
}

function Modes({ face, target }: { face: Face; target: number }) {
  const { t, tr } = useTexts();
  const point = usePoint(`${face.id}.CONTROL_MODE`);
  const words = face.channel.parameters.CONTROL_MODE?.enum ?? [];
  const current = isNumber(point?.value) ? words[point.value] : point?.value;
  const modes = modesOf(face, target);
  if (modes.length === 0) return null;
  return (
    <div class="modes" role="group" aria-label={t("control.mode")}>
      {modes.map((mode) => (
        <button
          key={mode.word}
          type="button"
          aria-pressed={mode.word === current}
          onClick={() => {
            void command(mode.id, mode.value);
          }}
        >
          {mode.word === current && <Icon name="check" size={16} />}
          {tr(`enum.${mode.word}`, mode.word)}
        </button>
      ))}
    </div>
  );
}

/** Any other parameter that can be written: a plain field or button by its type. */
export function PlainControl({ id, name, parameter }: { id: string; name: string; parameter: Parameter }) {
  const texts = useTexts();
  const { t, language } = texts;
  const point = usePoint(id);
  const label = parameterName(name, texts);
  if (parameter.type === "BOOL") {
    return <Toggle id={id} name={label} point={point} onValue={true} offValue={false} />;
  }
  if (parameter.type === "ACTION") {
    return (
      <button type="button" aria-label={`${label}: ${t("control.press")}`} onClick={() => void command(id, true)}>
        {t("control.press")}
      </button>
    );
  }
  if (parameter.type === "ENUM") {
    return (
      <select
        aria-label={label}
        value={String(point?.value ?? "")}
        onChange={(event) => void command(id, Number(event.currentTarget.value))}
      >
        {parameter.enum.map((word, index) => (
          <option key={word} value={index}>
            {texts.tr(`enum.${word}`, word)}
          </option>
        ))}
      </select>
    );
  }
  if (parameter.type === "STRING") return null;
  const limits =
    parameter.min === null || parameter.max === null
      ? ""
      : t("control.range", { min: quantity(parameter.min, parameter, language), max: quantity(parameter.max, parameter, language) });
  return <NumberField id={id} label={label} limits={limits} parameter={parameter} known={point?.value} />;
}

interface NumberFieldProps {
  id: string;
  label: string;
  limits: string;
  parameter: Parameter;
  known: boolean | number | string | undefined;
}

function NumberField({ id, label, limits, parameter, known }: NumberFieldProps) {
  const { t } = useTexts();
  const [text, setText] = useState<string | null>(null);
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        const value = Number(text ?? known);
        if (Number.isFinite(value)) void command(id, value);
      }}
    >
      <label class="field">
        <span>{label}</span>
        <input
          type="number"
          min={parameter.min ?? undefined}
          max={parameter.max ?? undefined}
          step={parameter.step ?? "any"}
          value={text ?? String(known ?? "")}
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <small>{limits}</small>
      </label>
      <button type="submit">{t("control.set")}</button>
    </form>
  );
}
