// How a value reads: "on", "21.5 °C", "closed". Pure.

import type { Channel, Datapoint, Device, Origin, Parameter, Value } from "../api/types";
import type { Texts } from "../texts";
import { isNumber, percent, quantity } from "./format";
import type { Kind } from "./faces";
import { charted } from "./series";

/** A value in words. `kind`: what its channel is for, which decides what STATE means. */
export function reading(value: Value, name: string, parameter: Parameter, kind: Kind | null, texts: Texts): string {
  const { t, tr, language } = texts;
  if (parameter.type === "ACTION") return t("state.button.pressed");
  if (parameter.type === "ENUM") {
    const word = isNumber(value) ? parameter.enum[value] : String(value);
    return word === undefined ? String(value) : tr(`enum.${word}`, word.replaceAll("_", " ").toLowerCase());
  }
  if (typeof value === "boolean") return truth(value, name, kind, texts);
  if (!isNumber(value)) return value;
  if (name === "LEVEL" && kind === "dimmer" && value === 0) return t("off");
  if (name === "LEVEL" && kind === "blind" && value === 0) return t("state.blind.closed");
  if (name === "LEVEL" && kind === "blind" && value === 1) return t("state.blind.open");
  if (name === "LEVEL" && (parameter.max ?? 1) <= 1.01) return percent(value, language);
  const special = Object.entries(parameter.special).find(([, number]) => number === value)?.[0];
  if (special !== undefined && name !== "LEVEL") return tr(`special.${special}`, quantity(value, parameter, language));
  return quantity(value, parameter, language);
}

function truth(value: boolean, name: string, kind: Kind | null, { t }: Texts): string {
  if (name === "STATE" && kind === "contact") return t(value ? "state.contact.open" : "state.contact.closed");
  if (name === "STATE" && kind === "smoke") return t(value ? "state.smoke.yes" : "state.smoke.no");
  if (name === "MOTION") return t(value ? "state.motion.yes" : "state.motion.no");
  if (name === "STATE") return t(value ? "on" : "off");
  if (name === "UNREACH") return t(value ? "no" : "yes"); // shown as "Reachable": nobody likes "not reachable: no"
  return t(value ? "yes" : "no");
}

/** A value that nobody has confirmed since the start, or at all. */
export const isDoubtful = (origin: Origin) => origin === "restored" || origin === "assumed" || origin === "waiting";

export const isOn = (point: Datapoint | undefined) =>
  point !== undefined && (typeof point.value === "number" ? point.value > 0 : point.value === true);

/** The text of a parameter's name. */
export function parameterName(name: string, texts: Texts): string {
  return texts.tr(`param.${name}`, name.replaceAll("_", " ").toLowerCase());
}

/** What a channel is, in words. */
export function channelName(type: string, { tr }: Pick<Texts, "tr">): string {
  return tr(`channel.${type}`, type.replaceAll("_", " ").toLowerCase());
}

/** A value's name; with its channel where another one of the device is called the same. */
export function valueName(device: Device, channel: Channel, name: string, texts: Texts): string {
  const words = parameterName(name, texts);
  const same = charted(device).filter((one) => parameterName(one.name, texts) === words);
  if (same.length < 2) return words;
  const kinds = new Set(same.map((one) => one.channel.type));
  const place = kinds.size === same.length ? channelName(channel.type, texts) : texts.t("device.channel", { index: channel.index });
  return texts.t("device.inroom", { name: words, room: place });
}
