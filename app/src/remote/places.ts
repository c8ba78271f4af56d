// Where a home is reached, and how a line is opened there. I/O.

import type { Bytes } from "../gate/bytes";
import type { Place } from "./code";
import { AT_HOME } from "./keys";
import { type Line, openAtHome } from "./line";

const OPEN_MS = { home: 4000, relay: 10_000 }; // a home that is not in this network may answer nothing at all

export const routeOf = (place: Place): Bytes => (place.kind === "home" ? AT_HOME : place.route);

/** The gate that served this page, which may have moved since the code, then the relays. `page`: its origin; null: the
 * app was exported to another web server. A gate answers pages of its own origin alone, so the code's others are none. */
export function placesOf(places: readonly Place[], page: string | null): Place[] {
  const relays = places.filter((place) => place.kind === "relay");
  return page === null ? relays : [{ kind: "home", origin: page }, ...relays];
}

/** A line there, for one connection. Rejects when nobody answers in time. */
export async function openLine(place: Place, connection: Bytes): Promise<Line> {
  const opening = place.kind === "home" ? openAtHome(place.origin) : openFar(place, connection);
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
    }, OPEN_MS[place.kind]);
  });
  try {
    return await Promise.race([opening, tooLate]);
  } finally {
    clearTimeout(late);
  }
}

async function openFar(place: Extract<Place, { kind: "relay" }>, connection: Bytes): Promise<Line> {
  const { openByRelay } = await import("./relay");
  return openByRelay(place, connection);
}
