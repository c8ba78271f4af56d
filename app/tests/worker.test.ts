// The worker, in a browser that is played here: what it answers, what it leaves to the network, what it keeps.

import { beforeEach, expect, test, vi } from "vitest";
import { sha256, toBase64, utf8 } from "../src/gate/bytes";

const SCOPE = "https://kufimaro.home.arpa:8443/";
const BUILT = { "./index.html": "the page", "./assets/index-a.js": "the script" };
// by glob, since the worker's types are another world's
const [start] = Object.values(import.meta.glob("../worker/sw.ts"));

const hash = async (text: string) => `sha256-${toBase64(await sha256(utf8(text)))}`;
const absolute = (file: string) => new URL(file, SCOPE).href;

/** What the home's gate gives now; null: out of reach. */
let served: Record<string, string> | null;
let day: string;
let stores: Map<string, Map<string, Response>>;
let listeners: Record<string, (event: unknown) => void>;
let skipWaiting: ReturnType<typeof vi.fn>;
let openWindow: ReturnType<typeof vi.fn>;
let showNotification: ReturnType<typeof vi.fn>;

class Asked extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    super(typeof input === "string" ? absolute(input) : input, init);
  }
}

async function network(input: string | Request): Promise<Response> {
  const asked = typeof input === "string" ? new Asked(input) : input;
  const body = served?.[`./${asked.url.slice(SCOPE.length)}`];
  if (served === null) throw new TypeError("out of reach");
  if (body === undefined) return new Response("", { status: 404 });
  if (asked.integrity !== "" && asked.integrity !== (await hash(body))) throw new TypeError("not what was built");
  return new Response(body, { headers: { day } });
}

function opened(name: string) {
  const store = stores.get(name) ?? new Map<string, Response>();
  stores.set(name, store);
  return {
    match: (file: string) => Promise.resolve(store.get(absolute(file))?.clone()),
    put: (file: string, answer: Response) => Promise.resolve(void store.set(absolute(file), answer)),
    addAll: async (wanted: Request[]) => {
      const answers = await Promise.all(wanted.map(network));
      if (answers.some((answer) => !answer.ok)) throw new TypeError("not all of it");
      answers.forEach((answer, index) => store.set(wanted[index]?.url ?? "", answer));
    },
  };
}

/** Tell the worker: its answer, or null for the network's; and all that it wants to be waited for. */
function begins(type: string, event: object = {}): { answer: Promise<Response | null>; all: Promise<unknown> } {
  const waits: Promise<unknown>[] = [];
  let answer: Promise<Response | null> = Promise.resolve(null);
  listeners[type]?.({
    ...event,
    waitUntil: (wait: Promise<unknown>) => waits.push(wait),
    respondWith: (given: Promise<Response>) => (answer = given),
  });
  return { answer, all: Promise.all(waits) };
}

/** The same, waited for. */
async function happens(type: string, event: object = {}): Promise<Response | null> {
  const { answer, all } = begins(type, event);
  await all;
  return answer;
}

const request = (path: string, mode: string) => ({ request: { method: "GET", url: absolute(path), mode } });
const asks = (path: string, mode = "cors") => happens("fetch", request(path, mode));
const kept = () => [...stores.values()].flatMap((store) => [...store.keys()]).sort();

beforeEach(async () => {
  served = { ...BUILT, "./api/v1/devices": "[]", "./gate/v1/status": "{}", "./session": "" };
  day = "monday";
  stores = new Map();
  listeners = {};
  skipWaiting = vi.fn(() => Promise.resolve());
  openWindow = vi.fn(() => Promise.resolve(null));
  showNotification = vi.fn(() => Promise.resolve());
  vi.stubGlobal("Request", Asked);
  vi.stubGlobal("fetch", network);
  vi.stubGlobal("caches", {
    open: (name: string) => Promise.resolve(opened(name)),
    keys: () => Promise.resolve([...stores.keys()]),
    delete: (name: string) => Promise.resolve(stores.delete(name)),
  });
  const files = await Promise.all(Object.entries(BUILT).map(async ([file, text]) => [file, await hash(text)] as const));
  vi.stubGlobal("self", {
    SHELL: { version: "2", files: Object.fromEntries(files) },
    registration: { scope: SCOPE, showNotification },
    clients: { matchAll: () => Promise.resolve([]), openWindow },
    addEventListener: (type: string, listener: (event: unknown) => void) => (listeners[type] = listener),
    skipWaiting,
  });
  vi.resetModules();
  await start?.();
});

test("what was built is kept, and opens the app when the home is out of reach", async () => {
  await happens("install");
  served = null;
  expect(await (await asks("", "navigate"))?.text()).toBe("the page");
  expect(await (await asks("assets/index-a.js"))?.text()).toBe("the script");
  stores.clear(); // the control: a device that kept nothing shows nothing
  await expect(asks("", "navigate").then((answer) => answer?.text())).rejects.toThrow("out of reach");
});

test("one file that is not what was built fails the whole", async () => {
  served = { ...BUILT, "./assets/index-a.js": "swapped" };
  await expect(happens("install")).rejects.toThrow("not what was built");
  expect(kept()).toEqual([]);
});

test.each(["api/v1/devices", "gate/v1/status", "session", "gate/trust", "ca.crt"])("%s is the network's and is never kept", async (path) => {
  await happens("install");
  expect(await asks(path)).toBeNull();
  expect(await asks(path, "navigate")).toBeNull();
  expect(kept()).toEqual(Object.keys(BUILT).map(absolute).sort());
  expect(await asks("assets/index-a.js")).not.toBeNull(); // the control: what was built is answered
});

test("the page comes with today's headers while the home is at hand, and is kept with them", async () => {
  await happens("install");
  day = "tuesday";
  expect((await asks("", "navigate"))?.headers.get("day")).toBe("tuesday");
  served = null;
  expect((await asks("", "navigate"))?.headers.get("day")).toBe("tuesday");
});

test("a newer page at the home is not mixed with the files of this build", async () => {
  await happens("install");
  served = { ...BUILT, "./index.html": "the newer page" };
  expect(await (await asks("", "navigate"))?.text()).toBe("the page");
});

test("a home that answers slowly is not waited for", async () => {
  await happens("install");
  let give = (): void => undefined;
  const late = new Promise<void>((done) => (give = done));
  vi.stubGlobal("fetch", async (input: Request) => {
    await late;
    return network(input);
  });
  const { answer, all } = begins("fetch", request("", "navigate"));
  expect(await (await answer)?.text()).toBe("the page");
  give();
  await all;
});

test("a new build waits until somebody takes it; then the older one goes, and nothing of others", async () => {
  opened("homebase-1");
  opened("another");
  await happens("install");
  expect(skipWaiting).not.toHaveBeenCalled();
  await happens("message", { data: "something else" });
  expect(skipWaiting).not.toHaveBeenCalled();
  expect([...stores.keys()]).toEqual(["homebase-1", "another", "homebase-2"]);
  await happens("message", { data: "take over" });
  expect(skipWaiting).toHaveBeenCalledOnce();
  await happens("activate");
  expect([...stores.keys()]).toEqual(["another", "homebase-2"]);
});

test("a message is shown in the words that came, and a tap leads to the page of notifications", async () => {
  await happens("push", { data: { text: () => "Rauch in der Küche" } });
  expect(showNotification).toHaveBeenCalledWith("homebase", expect.objectContaining({ body: "Rauch in der Küche" }));
  const close = vi.fn();
  await happens("notificationclick", { notification: { close } });
  expect(close).toHaveBeenCalledOnce();
  expect(openWindow).toHaveBeenCalledWith(`${SCOPE}#/notifications`);
});
