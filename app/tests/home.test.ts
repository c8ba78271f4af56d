import { describe, expect, test } from "vitest";
import type { PairingStep } from "../src/api/types";
import { answered, apply, EMPTY, lostDrivers, urgent } from "../src/state/home";
import { Store } from "../src/state/store";
import { teachIn } from "../src/state/teachin";
import { light, point } from "./samples";

const ID = "bidcos:A1:1.STATE";
const driver = { name: "bidcos", state: "ready" as const, detail: "", since: "2026-01-01T00:00:00.000Z", airtime: null };
const at = "2026-01-01T00:00:00.000Z";
const waiting = {
  ...{ id: "2", kind: "battery_low", urgency: "device" as const, subject: "bidcos:A1", begun_at: at, latest_at: at },
  ...{ count: 1, ended_at: null, acknowledged_at: null, acknowledged_by: "", waiting: true, told: [] },
};
const started = apply(EMPTY, { seq: 1, snapshot: [point(ID, false)], devices: [light], rooms: [], drivers: [driver] });

describe("a home from messages", () => {
  test("is loaded by the snapshot, and a second snapshot replaces all", () => {
    expect(started.loaded).toBe(true);
    const again = apply(started, { seq: 9, snapshot: [], devices: [], rooms: [], drivers: [] });
    expect([again.values.size, again.devices.size]).toEqual([0, 0]);
  });

  test("takes changes and leaves the old state as it was", () => {
    const next = apply(started, { seq: 2, changes: [point(ID, true)] });
    expect(next.values.get(ID)?.value).toBe(true);
    expect(started.values.get(ID)?.value).toBe(false);
    expect(next.devices).toBe(started.devices);
  });

  test("forgets a removed device with its values", () => {
    const next = apply(started, { seq: 2, removed: ["bidcos:A1"] });
    expect([next.devices.size, next.values.size]).toEqual([0, 0]);
  });

  test("keeps what waits until the home tells another list, and knows what is urgent", () => {
    const smoke = { ...waiting, id: "1", kind: "smoke", urgency: "danger" as const };
    const next = apply(started, { seq: 2, notifications: [smoke, waiting] });
    expect(apply(next, { seq: 3, changes: [point(ID, true)] }).notifications).toEqual([smoke, waiting]);
    expect(urgent(next)).toEqual([smoke]);
    expect(apply(next, { seq: 3, notifications: [] }).notifications).toEqual([]);
  });

  test("knows a lost stick, and its return", () => {
    const lost = apply(started, { seq: 2, drivers: [{ ...driver, state: "lost", detail: "port_missing" }] });
    expect(lostDrivers(lost).map((one) => one.name)).toEqual(["bidcos"]);
    expect(lostDrivers(apply(lost, { seq: 3, drivers: [driver] }))).toEqual([]);
  });

  test("does not let an answer overwrite something newer", () => {
    const newer = apply(started, { seq: 2, changes: [point(ID, true, "2026-01-01T12:00:05.000Z")] });
    const late = answered(newer, point(ID, false, "2026-01-01T12:00:01.000Z", "confirmed"));
    expect(late.values.get(ID)?.value).toBe(true);
    const fresh = answered(newer, point(ID, false, "2026-01-01T12:00:09.000Z", "confirmed"));
    expect(fresh.values.get(ID)?.origin).toBe("confirmed");
  });
});

const step = (stage: PairingStep["stage"], over: Partial<PairingStep> = {}): PairingStep => ({
  interface: "bidcos",
  stage,
  at: "2026-01-01T12:00:00.000Z",
  until: "2026-01-01T12:01:00.000Z",
  device: null,
  model: null,
  rssi_dbm: null,
  reason: null,
  ...over,
});

describe("a teach-in", () => {
  test("lists what is heard and ends paired, also when the window closes afterwards", () => {
    const now = teachIn([
      step("open"),
      step("heard", { rssi_dbm: -62 }),
      step("configuring", { model: "HM-LC-Sw1-Pl" }),
      step("paired", { device: "bidcos:B2" }),
      step("closed"),
    ]);
    expect(now).toMatchObject({ stage: "paired", device: "bidcos:B2", what: "bidcos:B2", untilMs: null });
    expect(now.heard).toEqual([{ what: null, rssiDbm: -62, at: "2026-01-01T12:00:00.000Z" }]);
  });

  test("goes on after a failure, and stays with the paired one while others are heard", () => {
    const failed = [step("open"), step("failed", { reason: "silent" })];
    expect(teachIn([...failed, step("configuring", { model: "HM-LC-Bl1-FM" })]).stage).toBe("configuring");
    const paired = [...failed, step("paired", { device: "bidcos:B2" })];
    expect(teachIn([...paired, step("configuring", { device: "bidcos:C3" })]).device).toBe("bidcos:B2");
  });

  test("begins anew with each window", () => {
    const first = apply(started, { seq: 2, pairing: step("open") });
    const failed = apply(first, { seq: 3, pairing: step("failed", { reason: "elsewhere" }) });
    const second = apply(failed, { seq: 4, pairing: step("open", { until: "2026-01-01T12:05:00.000Z" }) });
    expect(teachIn(failed.pairing)).toMatchObject({ stage: "failed", reason: "elsewhere" });
    expect(second.pairing).toHaveLength(1);
  });
});

test("a store announces many changes once, and none when nothing changed", () => {
  const due: (() => void)[] = [];
  const store = new Store(0, (run) => due.push(run));
  let drawn = 0;
  const stop = store.subscribe(() => drawn++);
  store.update((old) => old + 1);
  store.update((old) => old + 1);
  store.update((old) => old);
  expect(due).toHaveLength(1);
  due.forEach((run) => {
    run();
  });
  expect([store.get(), drawn]).toEqual([2, 1]);
  stop();
});
