import { expect, test } from "vitest";
import { confirmationCode, deviceLink, parse, tabOf } from "../src/state/route";

test("a device's page has parts, and an address may hold anything", () => {
  expect(parse(deviceLink("bidcos:A/1"))).toEqual({ page: "device", address: "bidcos:A/1", part: "overview" });
  expect(parse(deviceLink("bidcos:A", "links"))).toEqual({ page: "device", address: "bidcos:A", part: "links" });
  expect(parse("#/device/bidcos%3AA/nothing")).toEqual({ page: "unknown" });
  expect(parse("#/device/bidcos%3AA/links/more")).toEqual({ page: "unknown" });
  expect(parse("#/device/%E0%A4%A")).toEqual({ page: "unknown" });
});

test("the radio's pages belong to More", () => {
  expect(["#/radio", "#/radio/frames", "#/radio/keys"].map((link) => parse(link).page)).toEqual(["radio", "frames", "keys"]);
  expect(tabOf(parse("#/radio/keys"))).toBe("more");
});

test("a mail's link brings its code, and nothing else is taken for one", () => {
  expect(confirmationCode("#confirm=ABCDE-FGHIJ-KLMNO-PQ234")).toBe("ABCDE-FGHIJ-KLMNO-PQ234");
  for (const other of ["", "#/account", "#confirm=", "#confirm=ABC", "#confirm=ABCDE-FGHIJ-KLMNO-PQ234/x", "#setup=ABCDEFGHIJKLMNOPQRSTU"]) {
    expect(confirmationCode(other), other).toBe(null);
  }
  expect(tabOf(parse("#/account"))).toBe("more");
});
