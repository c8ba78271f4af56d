// The operations that the app asks, and where each lies in HTTP. {places} are fields of what is asked; the others are
// the query of a GET or DELETE and the body of the rest. The hub's table is hub/api/routes.py; a test compares them.

export const PLACES = {
  "setup.read": "GET /setup",
  "setup.claim": "POST /setup",
  login: "POST /login",
  "session.read": "GET /session",
  "session.end": "DELETE /session",
  "account.read": "GET /account",
  "account.change": "PATCH /account",
  "account.review": "POST /account/reviews",
  "license.set": "PUT /account/license",
  "license.remove": "DELETE /account/license",
  "devices.change": "PATCH /devices/{address}",
  "devices.remove": "DELETE /devices/{address}",
  "datapoints.set": "PUT /datapoints/{id}",
  "history.read": "GET /history/{id}",
  "paramsets.read": "GET /channels/{channel}/paramsets/{paramset}",
  "paramsets.write": "PUT /channels/{channel}/paramsets/{paramset}",
  "peerings.list": "GET /devices/{address}/peerings",
  "peerings.partners": "GET /channels/{channel}/partners",
  "peerings.profiles": "GET /peerings/profiles",
  "peerings.add": "POST /peerings",
  "peerings.remove": "DELETE /peerings",
  "weeks.read": "GET /channels/{channel}/weeks/{program}",
  "weeks.write": "PUT /channels/{channel}/weeks/{program}",
  "replacement.do": "POST /devices/{address}/replacement",
  "replacement.undo": "DELETE /devices/{address}/replacement",
  "radio.frames": "GET /radio/{interface}/frames",
  "radio.airtime": "GET /radio/{interface}/airtime",
  "radio.signals": "GET /radio/{interface}/signals",
  "keys.list": "GET /radio/{interface}/keys",
  "keys.set": "PUT /radio/{interface}/keys",
  "keys.sheet": "POST /radio/{interface}/keys/sheet",
  "keys.check": "POST /radio/{interface}/keys/check",
  "pairing.start": "POST /pairing",
  "pairing.stop": "DELETE /pairing",
  "reasons.read": "GET /reasons",
  "rights.holdings": "GET /rights/holdings",
  "rights.records": "GET /rights/holdings/{holding}",
  "rights.correct": "PATCH /rights/holdings/{holding}",
  "rights.restrict": "PUT /rights/restrictions",
  "rooms.add": "POST /rooms",
  "rooms.rename": "PATCH /rooms/{id}",
  "rooms.remove": "DELETE /rooms/{id}",
} as const;

export type Operation = keyof typeof PLACES;

/** Whether asking changes nothing, so that it may be asked again without a thought. */
export const reads = (operation: Operation): boolean => PLACES[operation].startsWith("GET ");
