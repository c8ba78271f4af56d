// Where a home is reached, and how a line is opened there. I/O.

import type { Bytes } from "../gate/bytes";
import type { Place } from "./code";
import { AT_HOME } from "./keys";
import { type Line, openAtHome } from "./line";

const OPEN_MS = 4000; // a home that is not in this network may answer nothing at all

export type AtHome = Extract<Place, { kind: "home" }>;

const ROUTES = { home: AT_HOME };

export const routeOf = ({ kind }: AtHome): Bytes => ROUTES[kind];

/** The code's places that this app can reach, and first the home that served this page: it may have moved since. */
export function placesOf(places: readonly Place[], page: string): AtHome[] {
  const homes = places.filter((place) => place.kind === "home");
  return [{ kind: "home", origin: page }, ...homes.filter((place) => place.origin !== page)];
}

/** A line there. Rejects when nobody answers in time. */
export async function openLine(place: AtHome): Promise<Line> {
  const opening = openAtHome(place.origin);
  let late: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => {
      reject(new Error("nobody answered in time"));
      opening.then(
        (line) => {
          line.close();
        },
        () => undefined,
      );
    }, OPEN_MS);
  });
  try {
    return await Promise.race([opening, tooLate]);
  } finally {
    clearTimeout(late);
  }
}
