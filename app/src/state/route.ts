// Addresses inside the app, kept in the fragment: the server sees none of them. Pure.

export type Route =
  | { page: "home" }
  | { page: "rooms" }
  | { page: "room"; id: string }
  | { page: "history"; id: string | null }
  | { page: "more" }
  | { page: "settings" }
  | { page: "base" }
  | { page: "diagnosis" }
  | { page: "privacy" }
  | { page: "ledger" }
  | { page: "notice" }
  | { page: "account" }
  | { page: "phone" }
  | { page: "phones" }
  | { page: "notifications" }
  | { page: "backup" }
  | { page: "cloud" }
  | { page: "figures" }
  | { page: "consents" }
  | { page: "data" }
  | { page: "access" }
  | { page: "devices" }
  | { page: "teach-in" }
  | { page: "system" }
  | { page: "radio" }
  | { page: "frames" }
  | { page: "keys" }
  | { page: "device"; address: string; part: DevicePart }
  | { page: "unknown" };

export const DEVICE_PARTS = ["overview", "settings", "links", "week", "replace"] as const;
export type DevicePart = (typeof DEVICE_PARTS)[number];

export type Tab = "home" | "rooms" | "history" | "more";

const PLAIN: Record<string, Route> = {
  "": { page: "home" },
  rooms: { page: "rooms" },
  history: { page: "history", id: null },
  more: { page: "more" },
  settings: { page: "settings" },
  "settings/base": { page: "base" },
  "settings/base/diagnosis": { page: "diagnosis" },
  privacy: { page: "privacy" },
  "privacy/ledger": { page: "ledger" },
  "privacy/notice": { page: "notice" },
  account: { page: "account" },
  "privacy/phone": { page: "phone" },
  "privacy/history": { page: "cloud" },
  "privacy/figures": { page: "figures" },
  "privacy/consents": { page: "consents" },
  "privacy/data": { page: "data" },
  "privacy/access": { page: "access" },
  phones: { page: "phones" },
  notifications: { page: "notifications" },
  backup: { page: "backup" },
  devices: { page: "devices" },
  "devices/teach-in": { page: "teach-in" },
  system: { page: "system" },
  radio: { page: "radio" },
  "radio/frames": { page: "frames" },
  "radio/keys": { page: "keys" },
};

/** The page that a fragment such as `#/rooms/r1` names. */
export function parse(fragment: string): Route {
  const path = fragment.replace(/^#?\/?/, "");
  const plain = PLAIN[path];
  if (plain !== undefined) return plain;
  const cut = path.indexOf("/");
  const head = path.slice(0, cut);
  const rest = decode(path.slice(cut + 1));
  if (cut < 0 || rest === null || rest === "") return { page: "unknown" };
  if (head === "rooms") return { page: "room", id: rest };
  if (head === "device") return deviceRoute(path.slice(cut + 1));
  if (head === "history") return { page: "history", id: rest };
  return { page: "unknown" };
}

/** `ADDRESS` or `ADDRESS/links`; the address itself is escaped, so the first slash ends it. */
function deviceRoute(path: string): Route {
  const [escaped = "", part = "overview", ...rest] = path.split("/");
  const address = decode(escaped);
  const known = DEVICE_PARTS.find((one) => one === part);
  if (address === null || address === "" || known === undefined || rest.length > 0) return { page: "unknown" };
  return { page: "device", address, part: known };
}

export const roomLink = (id: string) => `#/rooms/${encodeURIComponent(id)}`;
export const deviceLink = (address: string, part: DevicePart = "overview") =>
  `#/device/${encodeURIComponent(address)}${part === "overview" ? "" : `/${part}`}`;
export const historyLink = (id: string) => `#/history/${encodeURIComponent(id)}`;

/** The tab that a page belongs to. */
export function tabOf(route: Route): Tab {
  switch (route.page) {
    case "home":
    case "device":
    case "unknown":
      return "home";
    case "rooms":
    case "room":
      return "rooms";
    case "history":
      return "history";
    default:
      return "more";
  }
}

/** The one-time token of `#setup=TOKEN`, else null. */
export function setupToken(fragment: string): string | null {
  const token = /^#setup=([A-Za-z0-9_-]+)$/.exec(fragment)?.[1];
  return token ?? null;
}

/** The code of `#confirm=CODE`, which the link of a mail brings, else null. */
export function confirmationCode(fragment: string): string | null {
  return /^#confirm=([A-Za-z2-7-]{20,40})$/.exec(fragment)?.[1] ?? null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
