import { describe, expect, test } from "vitest";
import type { Peering } from "../src/api/memory";
import { channelOf, linkable, linkNews, linksOf, sleepers, tendsToSend } from "../src/state/links";
import { channel, device } from "./samples";

const link = (sender: string, receiver: string, over: Partial<Peering> = {}): Peering => ({
  sender,
  receiver,
  sender_knows: true,
  receiver_knows: true,
  foreign: false,
  ...over,
});

describe("direct links", () => {
  test("are seen from one device, sending ones first", () => {
    const found = linksOf("bidcos:A", [link("bidcos:B:1", "bidcos:A:1"), link("bidcos:A:2", "bidcos:C:1")]);
    expect(found.map(({ mine, other, sends }) => [mine, other, sends])).toEqual([
      ["bidcos:A:2", "bidcos:C:1", true],
      ["bidcos:A:1", "bidcos:B:1", false],
    ]);
  });

  test("that one side forgot are told apart by the side", () => {
    const health = (device_: string, over: Partial<Peering>) => linksOf(device_, [link("bidcos:A:1", "bidcos:B:1", over)])[0]?.health;
    expect(health("bidcos:A", {})).toBe("both");
    expect(health("bidcos:A", { receiver_knows: false })).toBe("mine_only");
    expect(health("bidcos:B", { receiver_knows: false })).toBe("other_only");
    expect(health("bidcos:B", { sender_knows: false })).toBe("mine_only");
  });

  test("start at channels that are something", () => {
    const one = device("bidcos:A", [channel(1, "KEY", {}), channel(2, "VIRTUAL_KEY", {})]);
    expect(linkable(one)).toEqual([1]);
    expect(["KEY", "SHUTTER_CONTACT", "SWITCH", "DIMMER"].map(tendsToSend)).toEqual([true, true, false, false]);
  });

  test("name channels, and nothing else", () => {
    expect(channelOf("bidcos:SIM0000001:12")).toEqual({ device: "bidcos:SIM0000001", index: 12 });
    expect(channelOf("1F2E3D")).toBeNull();
  });
});

test("a side that sleeps is named, so that a link under way does not look broken", () => {
  const waits = { channel: 2, what: "PEERING", state: "pending" as const, at: "2026-01-01T00:00:00.000Z", reason: "" };
  const remote = device("bidcos:A", [channel(2, "KEY", {})], { configuration: [waits] });
  const lamp = device("bidcos:B", [channel(1, "SWITCH", {})]);
  const devices = new Map([remote, lamp].map((one) => [one.address, one]));
  expect(sleepers(link("bidcos:A:2", "bidcos:B:1"), devices).map((one) => one.address)).toEqual(["bidcos:A"]);
  expect(sleepers(link("bidcos:A:1", "bidcos:B:1"), devices)).toEqual([]);
  expect(linkNews(devices)).toContain("bidcos:A:2 PEERING pending");
  expect(linkNews(new Map())).toBe("");
});
