// A problem in the person's words: what went wrong, and what helps. Pure.

import { Problem } from "../api/problem";
import type { TextKey, Texts } from "../texts";
import { pause, SECOND } from "./format";

/** Our own words for what people meet here; what only programs can do wrong means that this page is out of date. */
const BY_CODE: Record<string, TextKey> = {
  network: "problem.network",
  hub_away: "problem.hub_away",
  hub_late: "problem.hub_late",
  answer_lost: "problem.answer_lost",
  wrong_password: "problem.wrong_password",
  too_many_attempts: "problem.too_many",
  wrong_setup_token: "problem.wrong_token",
  device_unreachable: "problem.unreachable",
  radio_lost: "problem.radio_lost",
  wrong_key: "problem.wrong_key",
  out_of_range: "problem.out_of_range",
  off_step: "problem.out_of_range",
  duty_cycle: "problem.airtime",
  forbidden: "problem.forbidden",
  driver_failed: "problem.driver_failed",
  internal: "problem.internal",
  store_full: "problem.store_full",
  unknown_device: "problem.outdated",
  unknown_channel: "problem.outdated",
  unknown_parameter: "problem.outdated",
  unknown_datapoint: "problem.outdated",
  unknown_room: "problem.outdated",
  unknown_interface: "problem.outdated",
  unknown_peer: "problem.outdated",
  unknown_profile: "problem.outdated",
  unknown_path: "problem.outdated",
  unknown_field: "problem.outdated",
  missing_field: "problem.outdated",
  no_paramset: "problem.outdated",
  not_writable: "problem.outdated",
  wrong_type: "problem.outdated",
  not_supported: "problem.not_supported",
  not_linkable: "problem.not_linkable",
};

const BY_STATUS: Record<number, TextKey> = {
  403: "problem.forbidden",
  429: "problem.too_many",
};

const AWAY = new Set(["network", "hub_away", "hub_late"]);

/** Whether the home did not answer at all: then nothing is wrong with what was asked. */
export function isAway(error: unknown): boolean {
  return error instanceof Problem && AWAY.has(error.code);
}

/** Whether it goes by itself: a home or a radio that starts, or is found again. */
export function isPassing(error: unknown): boolean {
  return isAway(error) || (error instanceof Problem && error.code === "radio_lost");
}

/** A device or channel as the hub names it. */
const ADDRESS = /\b[a-z_]+:[A-Z0-9_-]{4,}(:\d+)?(?![\w.])/g;

/** What is called how; an address that is nobody's stays as it is. */
export type Names = (address: string) => string;

/** Text and way out. Our own words for what we know, the server's for the rest, with people's names in both. */
export function explain(
  problem: Problem,
  { t, tr, language }: Texts,
  named: Names = (address) => address,
): { text: string; wayOut: string | null } {
  const { body } = problem;
  const value = typeof body.value === "string" ? body.value : "";
  const fill = {
    time: pause((body.retry_after_s ?? 60) * SECOND, language),
    allowed: body.allowed ?? "",
    device: value === "" ? t("problem.thedevice") : named(value),
  };
  const key = BY_CODE[problem.code] ?? (problem.code === "" ? BY_STATUS[problem.status] : undefined);
  if (key !== undefined) return { text: tr(`${key}.${value}`, t(key, fill), fill), wayOut: null };
  const people = (said: string) => said.replace(ADDRESS, named);
  const said = body.detail ?? body.title;
  const wayOut = body.way_out === undefined || body.way_out === "" ? null : t("problem.wayout", { text: people(body.way_out) });
  return { text: said === undefined ? t("problem.title") : people(said), wayOut };
}
