// What a tile says in one line, and what counts as "on", "open", "gone". Pure.

import type { Datapoint, Device } from "../api/types";
import type { Texts } from "../texts";
import { describe, type Face, facesOf, place, shownIds } from "./faces";
import type { Home } from "./home";
import { isDoubtful, isOn, reading } from "./reading";

export interface Summary {
  /** Main words, such as "on" or "21.5 °C". */
  main: string;
  /** Smaller words beside it. */
  more: string[];
  /** The datapoint whose age and origin the tile shows. */
  shown: Datapoint | undefined;
}

/** The words of a tile. `points`: the datapoints of `shownIds(face)`. */
export function summarise(face: Face, points: readonly (Datapoint | undefined)[], texts: Texts): Summary {
  const known = points.filter((point) => point !== undefined);
  const say = (point: Datapoint) => {
    const at = place(point.id);
    const parameter = describe(new Map([[face.device.address, face.device]]), point.id);
    return at === null || parameter === null ? String(point.value) : reading(point.value, at.parameter, parameter, face.kind, texts);
  };
  if (face.kind === "button") return buttonSummary(known, texts);
  if (face.kind === "thermostat") return thermostatSummary(known, say, texts);
  const [first, ...rest] = known;
  if (first === undefined) return { main: texts.t("unknown"), more: [], shown: undefined };
  return { main: say(first), more: rest.slice(0, 1).map(say), shown: first };
}

function thermostatSummary(known: readonly Datapoint[], say: (point: Datapoint) => string, texts: Texts): Summary {
  const find = (name: string) => known.find((point) => point.id.endsWith(`.${name}`));
  const actual = find("ACTUAL_TEMPERATURE");
  const target = find("SET_TEMPERATURE");
  const more = target === undefined ? [] : [texts.t("state.target", { value: say(target) })];
  if (actual === undefined) return { main: target === undefined ? texts.t("unknown") : say(target), more: [], shown: target };
  return { main: say(actual), more, shown: actual };
}

function buttonSummary(known: readonly Datapoint[], { t }: Texts): Summary {
  const last = [...known].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  if (last === undefined) return { main: t("state.button.never"), more: [], shown: undefined };
  return {
    main: t(last.id.endsWith("PRESS_LONG") ? "state.button.long" : "state.button.short"),
    more: [],
    shown: last,
  };
}

export type Chip = "on" | "open" | "gone" | "battery";
export const CHIPS: readonly Chip[] = ["on", "open", "gone", "battery"];

/** Whether a tile belongs to a chip such as "3 switched on". */
export function belongs(face: Face, chip: Chip, home: Home): boolean {
  const main = home.values.get(shownIds(face)[0] ?? "");
  switch (chip) {
    case "on":
      return (face.kind === "switch" || face.kind === "dimmer") && isOn(main);
    case "open":
      return face.kind === "contact" && isOn(main);
    case "gone":
      return !face.device.reachable;
    case "battery":
      return batteryLow(face.device, home);
  }
}

const WARMTH = new Set(["ACTUAL_TEMPERATURE", "TEMPERATURE"]);

/** How a room is: its temperature, unless that is doubtful, how many are switched on, how many stand open. */
export function roomSummary(devices: readonly Device[], home: Home, texts: Texts): string[] {
  const faces = allFaces(devices);
  const count = (chip: Chip) => faces.filter((face) => belongs(face, chip, home)).length;
  const warmth = faces
    .filter((face) => face.kind === "thermostat" || face.kind === "climate")
    .map((face) => summarise(face, shownIds(face).map((id) => home.values.get(id)), texts))
    .find(({ shown }) => shown !== undefined && !isDoubtful(shown.origin) && WARMTH.has(place(shown.id)?.parameter ?? ""));
  const chips = (["on", "open"] as const).map((chip) => [chip, count(chip)] as const).filter(([, found]) => found > 0);
  return [...(warmth === undefined ? [] : [warmth.main]), ...chips.map(([chip, found]) => texts.tn(`home.chip.${chip}`, found))];
}

export function batteryLow(device: Device, home: Home): boolean {
  return ["LOWBAT", "LOWBAT_REPORTING"].some((name) => home.values.get(`${device.address}:0.${name}`)?.value === true);
}

/** All tiles of these devices, in the devices' order. */
export const allFaces = (devices: Iterable<Device>): Face[] => [...devices].flatMap(facesOf);
