// A problem in the person's words: what went wrong, and what helps. Pure.

import type { Problem } from "../api/client";
import type { TextKey, Texts } from "../texts";
import { pause, SECOND } from "./format";

const BY_CODE: Record<string, TextKey> = {
  network: "problem.network",
  wrong_password: "problem.wrong_password",
  too_many_attempts: "problem.too_many",
  wrong_setup_token: "problem.wrong_token",
  device_unreachable: "problem.unreachable",
  radio_lost: "problem.radio_lost",
  out_of_range: "problem.out_of_range",
  duty_cycle: "problem.airtime",
  forbidden: "problem.forbidden",
};

const BY_STATUS: Record<number, TextKey> = {
  403: "problem.forbidden",
  429: "problem.too_many",
};

/** Text and way out. Our own words for what we know, the server's for the rest. */
export function explain(problem: Problem, { t, language }: Texts): { text: string; wayOut: string | null } {
  const { body } = problem;
  const fill = { time: pause((body.retry_after_s ?? 60) * SECOND, language), allowed: body.allowed ?? "" };
  const key = BY_CODE[problem.code] ?? (problem.code === "" ? BY_STATUS[problem.status] : undefined);
  if (key !== undefined) return { text: t(key, fill), wayOut: null };
  const said = body.detail ?? body.title;
  const wayOut = body.way_out === undefined || body.way_out === "" ? null : t("problem.wayout", { text: body.way_out });
  return { text: said ?? t("problem.title"), wayOut };
}
