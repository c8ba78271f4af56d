// Parameters and their values in plain words, as far as the catalogue has them. Pure.

import type { Parameter, Value } from "../../api/types";
import { isShare, number, quantity } from "../../state/format";
import { specialOf } from "../../state/paramset";
import type { Technical } from "../../texts/technical";

/** Link parameters come twice, for a short and a long press. */
const PRESS = /^(SHORT|LONG)_(.+)$/;

const key = (name: string) => `master.${name}`;

const MISSING = "\u0000";

/** Whether the catalogue has words for it; everything else is for experts. */
export function isPlain(name: string, { tr }: Technical): boolean {
  const press = PRESS.exec(name);
  return tr(key(press?.[2] ?? name), MISSING) !== MISSING;
}

/** "On time (short press)", or the CCU's name made readable. */
export function plainName(name: string, { t, tr }: Technical): string {
  const [, press, rest] = PRESS.exec(name) ?? [];
  const words = tr(key(rest ?? name), (rest ?? name).replaceAll("_", " ").toLowerCase());
  if (press === undefined) return words;
  return t(press === "SHORT" ? "press.short" : "press.long", { name: words });
}

/** A choice that is a number with its unit: "-0.5K", "5 min". */
const AMOUNT = /^(-?\d+(?:\.\d+)?) ?(K|min)$/;

/** A choice's word. */
export function choiceName(word: string, { tr, language }: Technical): string {
  const [, amount, unit] = AMOUNT.exec(word) ?? [];
  if (amount !== undefined && unit !== undefined) return `${number(Number(amount), language, unit === "K" ? 0.1 : 1)}\u202f${unit}`;
  return tr(`choice.${word}`, tr(`enum.${word}`, word.replaceAll("_", " ").toLowerCase()));
}

export function specialName(word: string, { tr }: Technical): string {
  return tr(`special.master.${word}`, word.replaceAll("_", " ").toLowerCase());
}

/** A value in words, with its unit. */
export function valueText(value: Value | null | undefined, parameter: Parameter, texts: Technical): string {
  if (value === null || value === undefined) return texts.t("settings.unread");
  if (typeof value === "boolean") return texts.t(value ? "yes" : "no");
  if (typeof value === "string") return value === "" ? texts.t("settings.empty") : value;
  const special = specialOf(value, parameter);
  if (special !== null) return specialName(special, texts);
  if (parameter.type === "ENUM") return choiceName(parameter.enum[value] ?? String(value), texts);
  return quantity(value, parameter, texts.language);
}

/** "0 to 36,000 s", with what is allowed besides. */
export function rangeText(parameter: Parameter, texts: Technical): string {
  const { t, language } = texts;
  if (parameter.type === "BOOL" || parameter.type === "ENUM" || parameter.type === "STRING") return "";
  const beside = Object.keys(parameter.special).map((word) => specialName(word, texts));
  const span =
    parameter.min === null || parameter.max === null
      ? ""
      : t("control.range", {
          min: quantity(parameter.min, parameter, language),
          max: quantity(parameter.max, parameter, language),
        });
  return [span, ...beside].filter((part) => part !== "").join(` ${t("settings.or")} `);
}

/** A value to type: a share in percent, else as it is. */
export function typed(value: Value | undefined, parameter: Parameter, language: string): string {
  if (typeof value !== "number") return value === undefined ? "" : String(value);
  const shown = isShare(parameter) ? Math.round(value * 1000) / 10 : value;
  return new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 4 }).format(shown);
}
