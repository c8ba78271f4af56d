import { expect, test } from "vitest";
import { Client } from "../src/api/client";
import { HttpWay, requestOf } from "../src/api/http";
import { PLACES, reads } from "../src/api/operations";
import { Problem } from "../src/api/problem";
import { explain, isAway } from "../src/state/problems";
import { text, textOr, type Texts } from "../src/texts";
import { ours } from "./files";

interface Sent {
  path: string;
  init: RequestInit;
}

function client(answer: () => Response | Promise<Response>, token: string | null = "T") {
  const sent: Sent[] = [];
  let out = 0;
  const way = new HttpWay(
    { token: () => token, language: () => "de", loggedOut: () => out++ },
    (path, init) => {
      sent.push({ path, init });
      return Promise.resolve().then(answer);
    },
  );
  const made = new Client(
    () => way,
    () => "de",
  );
  return { made, sent, out: () => out };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

const german: Texts = {
  language: "de",
  t: (key, fill) => text("de", key, fill),
  tr: (key, otherwise, fill) => textOr("de", key, otherwise, fill),
  tn: (key) => key,
};

async function failure(run: Promise<unknown>): Promise<Problem> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error("this was meant to fail with a Problem");
}

test("a command is one PUT with the bearer token and no cookies", async () => {
  const { made, sent } = client(() => json({ id: "a:1.STATE", value: true }));
  await made.setValue("bidcos:A1:1.STATE", true);
  expect(sent[0]?.path).toBe("/api/v1/datapoints/bidcos%3AA1%3A1.STATE");
  expect(sent[0]?.init).toMatchObject({ method: "PUT", body: '{"value":true}', credentials: "omit" });
  expect(sent[0]?.init.headers).toMatchObject({ Authorization: "Bearer T", "Content-Type": "application/json" });
});

test("an empty name of the home is not sent", async () => {
  const { made, sent } = client(() => json({ token: "x" }, 201), null);
  await made.setUp("TOKEN", "a good password", "", "");
  expect(sent[0]?.init.body).toBe('{"token":"TOKEN","password":"a good password"}');
});

test("the browser's timezone is said at set-up", async () => {
  const { made, sent } = client(() => json({ token: "x" }, 201), null);
  await made.setUp("TOKEN", "a good password", "Ada", "Europe/Berlin");
  expect(sent[0]?.init.body).toBe('{"token":"TOKEN","password":"a good password","name":"Ada","timezone":"Europe/Berlin"}');
});

test("a refusal keeps what the hub said and what helps", async () => {
  const { made } = client(() => json({ title: "No", detail: "Shelf is full", way_out: "empty it", code: "shelf" }, 409));
  const problem = await failure(made.addRoom("x"));
  expect(explain(problem, german)).toEqual({ text: "Shelf is full", wayOut: "Was hilft: empty it" });
});

test("known refusals are said in the person's language", async () => {
  const { made } = client(() => json({ code: "out_of_range", allowed: "4.5 … 30.5" }, 422));
  const problem = await failure(made.setValue("a:1.X", 99));
  expect(explain(problem, german).text).toBe("Das geht nicht. Erlaubt ist: 4.5 … 30.5.");
});

test("a device that does not answer is called by its name, in the hub's words too", () => {
  const named = (address: string) => (address.startsWith("bidcos:SIM0000001") ? "Stehlampe" : address);
  const silent = new Problem(504, { code: "device_unreachable", value: "bidcos:SIM0000001" });
  expect(explain(silent, german, named).text).toMatch(/^Stehlampe antwortet nicht/);
  expect(explain(new Problem(504, { code: "device_unreachable" }), german).text).toMatch(/^Das Gerät antwortet nicht/);
  const other = new Problem(409, { code: "not_listening", detail: "bidcos:SIM0000001:1 hört nicht zu." });
  expect(explain(other, german, named).text).toBe("Stehlampe hört nicht zu.");
});

test("a radio that is not ready is told by its cause", () => {
  const lost = (value: string) => explain(new Problem(503, { code: "radio_lost", value }), german).text;
  expect(lost("lost")).toContain("Stecke ihn wieder ein");
  expect(lost("starting")).toContain("startet gerade");
  expect(lost("port_busy")).toContain("Oben auf der Seite");
});

test("what only programs can do wrong is told as a page out of date, without a word on the interface", () => {
  const { text, wayOut } = explain(new Problem(404, { code: "unknown_device", way_out: "GET /api/v1/devices" }), german);
  expect([text.includes("Lade sie neu"), wayOut]).toEqual([true, null]);
});

test("a home that does not answer is told apart from one that refuses", () => {
  const codes = ["network", "hub_away", "hub_late", "forbidden"];
  expect(codes.map((code) => isAway(new Problem(503, { code })))).toEqual([true, true, true, false]);
});

test("too many attempts say how long to wait", async () => {
  const { made } = client(() => json({}, 429, { "Retry-After": "30" }), null);
  expect(explain(await failure(made.logIn("x")), german).text).toContain("30 Sekunden");
});

test("a 401 ends the session, a missing network does not", async () => {
  const refused = client(() => json({}, 401));
  await failure(refused.made.session());
  expect(refused.out()).toBe(1);
  const gone = client(() => Promise.reject(new TypeError("no network")));
  const problem = await failure(gone.made.session());
  expect([problem.code, gone.out()]).toEqual(["network", 0]);
});

test("an answer without a body is told by its status", async () => {
  const { made } = client(() => new Response(null, { status: 500 }));
  expect((await failure(made.session())).message).toBe("HTTP 500");
});

test("each operation lies where the hub's table says", () => {
  const table = [...ours("hub/api/routes.py").matchAll(/_route\("(\w+)", "([^"]+)", "([^"]+)"/g)];
  const served = new Map(table.map(([, method = "", path = "", name = ""]) => [name, `${method} ${path}`]));
  const { "reasons.read": reasons, ...asked } = PLACES; // of the interface itself
  expect(ours("hub/api/routes.py")).toContain(`REASONS_PATH = "/api/v1${reasons.slice(4)}"`);
  for (const [name, place] of Object.entries(asked)) expect(served.get(name), name).toBe(place);
});

test("what is asked goes to its place: the path, then query or body", () => {
  expect(requestOf("history.read", { id: "a:1.X Y", points: 3, to: undefined })).toEqual({
    method: "GET",
    path: "/api/v1/history/a%3A1.X%20Y?points=3",
  });
  expect(requestOf("devices.remove", { address: "a/b", forget: true }).path).toBe("/api/v1/devices/a%2Fb?forget=true");
  expect(requestOf("datapoints.set", { id: "x", value: true })).toEqual({
    method: "PUT",
    path: "/api/v1/datapoints/x",
    body: { value: true },
  });
  expect(requestOf("setup.read", {})).toEqual({ method: "GET", path: "/api/v1/setup" });
  expect([reads("history.read"), reads("datapoints.set"), reads("rooms.remove")]).toEqual([true, false, false]);
});
