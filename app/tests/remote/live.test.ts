// The app's phone before a real hub, by the relay that tests/hub/remote/test_app_by_relay.py starts: paired, asking,
// following, coming back after the relay was lost, removed. Both tell each other by files how far they are.

import ts from "typescript";
import { expect, test } from "vitest";
import type { EventMessage } from "../../src/api/types";
import { readCode } from "../../src/remote/code";
import { CODE } from "../../src/remote/frames";
import type { HubKept } from "../../src/remote/kept";
import { pair } from "../../src/remote/pairing";
import { SessionWay } from "../../src/remote/way";
import { chance } from "./ends";

const FOLDER = import.meta.env.HOMEBASE_LIVE as string | undefined;
const LIMIT_MS = 240_000;
const NOBODY = "http://127.0.0.1:9"; // no home is served there

const say = (name: string, text: string) => {
  ts.sys.writeFile(`${FOLDER ?? ""}/${name}`, text);
};

async function until<T>(reached: () => T | undefined | false | null): Promise<T> {
  for (;;) {
    const found = reached();
    if (found !== undefined && found !== false && found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test.skipIf(FOLDER === undefined)("a phone comes by a relay, loses it, comes back and is removed", { timeout: LIMIT_MS }, async () => {
  const code = readCode(ts.sys.readFile(`${FOLDER ?? ""}/code`) ?? "");
  if (code === null) throw new Error("no code");
  const keeping: HubKept[] = [];
  const failed: string[] = [];
  let paired = "";
  await pair(code, { client: "test", name: "app" }, chance, NOBODY, {
    keep: (fresh) => {
      keeping.push(fresh);
      return Promise.resolve();
    },
    words: (fresh) => {
      say("words", (fresh.words ?? []).join(" "));
    },
    paired: (mine, facts) => {
      keeping.unshift(mine);
      paired = facts.role;
    },
    failed: (why) => failed.push(why),
    broke: () => failed.push("broke"),
  });
  await until(() => paired !== "" || failed.length > 0);
  const [kept] = keeping;
  expect([paired, failed, kept?.words?.length, kept?.account?.length]).toEqual(["owner", [], 6, 43]);
  if (kept === undefined) throw new Error("nothing was kept");

  const ways: (string | null)[] = [];
  let over: number | null = null;
  const way = new SessionWay(kept, { chance, page: NOBODY, language: () => "en" }, {
    connected: (by) => ways.push(by),
    may: () => undefined,
    over: (why) => {
      over = why;
    },
  });
  const messages: EventMessage[] = [];
  const nothing = () => undefined;
  way.follow({ message: (one) => messages.push(one), state: nothing, refused: nothing, answers: () => Promise.resolve(true) });
  void way.run();
  await way.ask("rooms.add", { name: "Attic" });
  await until(() => messages.some((one) => one.snapshot !== undefined));
  await until(() => messages.some((one) => one.rooms?.some((room) => room.name === "Attic")));
  expect(ways.at(-1)).toBe("relay");

  // the relay is lost and comes back: what is asked meanwhile is executed then
  say("settled", "");
  await until(() => ways.at(-1) === null);
  for (let tries = 0; ; tries += 1) {
    const done = await way.ask("rooms.add", { name: "Cellar" }).then(
      () => true,
      (error: unknown) => (tries > 8 ? Promise.reject(error as Error) : false),
    );
    if (done) break;
  }
  expect(ways.at(-1)).toBe("relay");
  say("back", "");
  await until(() => over);
  expect(over).toBe(CODE.REVOKED);
});
