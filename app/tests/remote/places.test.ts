// Where a phone looks for its home, and in which order.

import { expect, test } from "vitest";
import { placesOf } from "../../src/remote/places";
import type { Place } from "../../src/remote/code";

const home = (origin: string): Place => ({ kind: "home", origin });
const relay = { kind: "relay", host: "relay.example.org" } as Place;
const AT_ITSELF = "http://127.0.0.1:8480";
const BY_NAME = "https://abcdefgh.home.arpa:8443";

test("the home that served the page comes first, wherever the code says it was", () => {
  expect(placesOf([home(BY_NAME), relay], AT_ITSELF)).toEqual([home(AT_ITSELF), home(BY_NAME), relay]);
  expect(placesOf([relay, home(BY_NAME)], BY_NAME)).toEqual([home(BY_NAME), relay]);
});

test("no other home is tried by plain http: no page may speak with it", () => {
  expect(placesOf([home(AT_ITSELF), relay], BY_NAME)).toEqual([home(BY_NAME), relay]);
});
