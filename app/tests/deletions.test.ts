import { expect, test } from "vitest";
import { type Deletion, openTicketsOf, rowsOf, ticketsOf } from "../src/state/deletions";

const DAY: Deletion = {
  transfer: "a1",
  recipient: "shelf",
  ticket: "",
  activity: "history.cloud.display",
  title: "History",
  due: "2027-01-02T00:00:00.000Z",
  attempts: 0,
  state: "waiting",
  answer: "",
};
const DIAGNOSIS: Deletion = { ...DAY, transfer: "b1", recipient: "support", ticket: "T-1", activity: "diagnosis.remote" };

test("only what has a ticket can be closed, and is asked for again once all of it was", () => {
  const asked = { ...DIAGNOSIS, transfer: "b2", state: "asked" } as const;
  expect([...ticketsOf([DAY, { ...DAY, state: "asked" }, DIAGNOSIS, asked])]).toEqual([["T-1", "close"]]);
  expect([...ticketsOf([asked])]).toEqual([["T-1", "again"]]);
  expect(ticketsOf([{ ...asked, state: "confirmed" }]).size).toBe(0);
});

test("the days of a history are one row for each recipient, with the first that is due; what is flagged stands alone", () => {
  const first = { ...DAY, transfer: "a0", due: "2027-01-01T00:00:00.000Z" };
  const flagged = { ...DAY, transfer: "a2", state: "asked" } as const;
  const rows = rowsOf([DAY, first, { ...DAY, recipient: "other" }, flagged, { ...flagged, transfer: "a3" }, DIAGNOSIS, { ...DIAGNOSIS, transfer: "b2" }]);
  expect(rows.map(({ one, count }) => [one.recipient, one.transfer, count])).toEqual([
    ["shelf", "a0", 2],
    ["other", "a1", 1],
    ["shelf", "a2", 1],
    ["shelf", "a3", 1],
    ["support", "b1", 1],
    ["support", "b2", 1],
  ]);
});

test("a ticket that a report opened is open until it is closed here; a diagnosis of the same number is none", () => {
  const report = { ...DIAGNOSIS, transfer: "c1", activity: "support.ticket" };
  const unnumbered = { ...report, transfer: "c2", ticket: "" };
  expect(openTicketsOf([DIAGNOSIS, report, unnumbered, { ...report, transfer: "c3", state: "asked" }])).toEqual([report]);
});
