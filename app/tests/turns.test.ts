import { expect, test } from "vitest";
import { Turns } from "../src/gate/turns";

/** Runs that end when told to; `saw`: what had been done when each began. */
function turns() {
  const at = { done: "nothing" };
  const saw: string[] = [];
  const ends: { well: () => void; badly: () => void }[] = [];
  const made = new Turns(() => {
    saw.push(at.done);
    return new Promise((well, badly) =>
      ends.push({
        well,
        badly: () => {
          badly(new Error("cut"));
        },
      }),
    );
  });
  return { at, saw, ends, made };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("who did something while one runs gets one that saw it, and all of them the same", async () => {
  const { at, saw, ends, made } = turns();
  const before = made.afresh();
  at.done = "an act";
  const after = [made.afresh(), made.afresh()];
  expect(saw).toEqual(["nothing"]);
  ends[0]?.well();
  await before;
  await settled();
  expect(saw).toEqual(["nothing", "an act"]);
  ends[1]?.well();
  await Promise.all(after);
  expect(saw).toHaveLength(2);
});

test("who only looks shares the running one", async () => {
  const { saw, ends, made } = turns();
  const all = [made.shared(), made.shared()];
  ends[0]?.well();
  await Promise.all(all);
  expect(saw).toHaveLength(1);
});

test("one that fails is told to who asked for it, and the next one runs all the same", async () => {
  const { saw, ends, made } = turns();
  const failing = made.afresh();
  const next = made.afresh();
  ends[0]?.badly();
  await expect(failing).rejects.toThrow("cut");
  await settled();
  ends[1]?.well();
  await next;
  expect(saw).toHaveLength(2);
});
