// Where a phone looks for its home, and in which order.

import { expect, test } from "vitest";
import { placesOf } from "../../src/remote/places";
import type { Place } from "../../src/remote/code";
import { gateOrigin } from "../../src/state/served";

const home = (origin: string): Place => ({ kind: "home", origin });
const relay = { kind: "relay", host: "relay.example.org" } as Place;
const AT_ITSELF = "http://127.0.0.1:8480";
const BY_NAME = "https://abcdefgh.home.arpa:8443";

test("the home that served the page comes first, wherever the code says it was, then the relays", () => {
  expect(placesOf([home(BY_NAME), relay], AT_ITSELF)).toEqual([home(AT_ITSELF), relay]);
  expect(placesOf([relay, home(BY_NAME)], BY_NAME)).toEqual([home(BY_NAME), relay]);
});

test("an exported app tries relays alone: its own server is no home, and no gate answers another's page", () => {
  expect(placesOf([home(AT_ITSELF), home(BY_NAME), relay], null)).toEqual([relay]);
});

test("an exported page is known by its mark", () => {
  const page = (mark: boolean) => ({ querySelector: () => (mark ? ({} as Element) : null) });
  expect(gateOrigin(page(false), BY_NAME)).toBe(BY_NAME);
  expect(gateOrigin(page(true), "https://app.example.org")).toBe(null);
});
