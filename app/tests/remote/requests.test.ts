// Requests over connections that break: the same id again, at most once where the hub forgot, and an end to waiting.

import { expect, test } from "vitest";
import { CODE } from "../../src/remote/frames";
import { type Outcome, PATIENCE_MS, Requests } from "../../src/remote/requests";

function play() {
  let ids = 0;
  const requests = new Requests(() => `id${++ids}`);
  const sent: [number, string, string][] = [];
  let streams = 0;
  const send = (id: string, name: string) => {
    streams += 1;
    sent.push([streams, id, name]);
    return streams;
  };
  const outcomes: Outcome[] = [];
  const ask = (name: string, reads: boolean, nowMs = 0) => {
    void requests.add(name, {}, reads, nowMs).then((outcome) => outcomes.push(outcome));
  };
  return { requests, sent, send, outcomes, ask };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const OK: Outcome = { ok: true, body: 1 };

test("what was cut off is asked again under its id, and answered once", async () => {
  const { requests, sent, send, outcomes, ask } = play();
  requests.welcomed("boot");
  ask("datapoints.set", false);
  requests.sendAll(send);
  requests.sendAll(send); // it is on its way
  requests.lost(0);
  requests.welcomed("boot");
  requests.sendAll(send);
  expect(sent).toEqual([
    [1, "id1", "datapoints.set"],
    [2, "id1", "datapoints.set"],
  ]);
  expect(requests.answered(1, OK)).toBe(false); // of the session before
  expect(requests.answered(2, OK)).toBe(true);
  await settled();
  expect(outcomes).toEqual([OK]);
});

test("a hub that was started anew is not asked again for what changes something, only for what reads", async () => {
  const { requests, sent, send, outcomes, ask } = play();
  requests.welcomed("boot");
  ask("datapoints.set", false);
  ask("history.read", true);
  requests.sendAll(send);
  requests.lost(0);
  ask("rooms.add", false); // was never sent, so it may
  requests.welcomed("another");
  requests.sendAll(send);
  await settled();
  expect(outcomes).toEqual(["unsure"]);
  expect(sent.slice(2).map(([, , name]) => name)).toEqual(["history.read", "rooms.add"]);
});

test("who waits too long for a session is told, and what was not sent never will be", async () => {
  const { requests, sent, send, outcomes, ask } = play();
  ask("rooms.add", false);
  requests.wake(PATIENCE_MS - 1);
  await settled();
  expect(outcomes).toEqual([]);
  requests.wake(PATIENCE_MS);
  await settled();
  expect(outcomes).toEqual(["away"]);
  requests.welcomed("boot");
  requests.sendAll(send);
  expect(sent).toEqual([]);
});

test("a change that was sent and lost is not said to have failed", async () => {
  const { requests, send, outcomes, ask } = play();
  requests.welcomed("boot");
  ask("datapoints.set", false);
  requests.sendAll(send);
  requests.lost(1000);
  requests.wake(1000 + PATIENCE_MS);
  await settled();
  expect(outcomes).toEqual(["unsure"]);
});

test("a stream that the hub refuses or ends is told apart", async () => {
  const { requests, send, outcomes, ask } = play();
  ask("a", true);
  ask("b", true);
  requests.sendAll(send);
  requests.over(1, CODE.TOO_FAST);
  requests.over(2, null);
  requests.over(9, null); // nobody's
  await settled();
  expect(outcomes).toEqual(["busy", "unsure"]);
});

test("without a free stream it waits for the next time; at the end nobody waits", async () => {
  const { requests, sent, send, outcomes, ask } = play();
  ask("a", true);
  requests.sendAll(() => null);
  requests.sendAll(send);
  expect(sent).toHaveLength(1);
  requests.end();
  await settled();
  expect(outcomes).toEqual(["away"]);
});
