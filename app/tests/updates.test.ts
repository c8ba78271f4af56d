import { expect, test } from "vitest";
import { installing } from "../src/state/updates";

const update = { version: "99.2.0", date: "2026-12-01", security: false, changes: [], fixes: [], file: "homebase_99.2.0.deb", sha256: "00" };

test.each([
  ["nothing is new", { update: null, can_install: true, requested: false }, null],
  ["the hook is set up", { update, can_install: true, requested: false }, "possible"],
  ["nobody installs by itself", { update, can_install: false, requested: false }, "by_hand"],
  ["it was asked for", { update, can_install: true, requested: true }, "asked"],
  ["it was asked for, and the hook is set up no more", { update, can_install: false, requested: true }, "asked"],
  ["it was asked for, and runs here already", { update: null, can_install: true, requested: true }, "asked"],
])("%s: what the page says of an installation", (_, told, said) => {
  expect(installing(told)).toBe(said);
});
