// A newer build of the app: said once it waits whole, taken when somebody wants it, and only there the page is loaded anew.

import { beforeEach, expect, test, vi } from "vitest";

class Worker extends EventTarget {
  state = "installing";
  postMessage = vi.fn();

  becomes(state: string) {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class Registration extends EventTarget {
  installing: Worker | null = null;
  waiting: Worker | null = null;
  update = vi.fn(() => Promise.resolve());

  /** The browser found another build and fetched all of it. */
  brings(): Worker {
    const found = new Worker();
    this.installing = found;
    this.dispatchEvent(new Event("updatefound"));
    this.installing = null;
    this.waiting = found;
    found.becomes("installed");
    return found;
  }
}

let registration: Registration;
let container: EventTarget & { controller: object | null; register: () => Promise<Registration> };
let reload: ReturnType<typeof vi.fn>;
let each: () => void;
let page: EventTarget & { visibilityState: string };

async function begun() {
  vi.resetModules();
  const shell = await import("../src/state/shell");
  await shell.keepShell();
  return shell;
}

beforeEach(() => {
  registration = new Registration();
  container = Object.assign(new EventTarget(), { controller: {}, register: () => Promise.resolve(registration) });
  reload = vi.fn();
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("navigator", { serviceWorker: container });
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("document", page);
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
    run();
  });
  vi.stubGlobal("window", { setInterval: (run: () => void) => (each = run) });
});

test("the first build of all is no news, a later one is, also when it waited before the page was opened", async () => {
  container.controller = null;
  const first = await begun();
  registration.brings();
  expect(first.newer.get()).toBe(false);
  container.controller = {};
  const later = await begun();
  expect(later.newer.get()).toBe(true);
});

test("the one that waits last is taken, and this page is loaded anew once it rules", async () => {
  const { newer, takeNewer } = await begun();
  const one = registration.brings();
  expect(newer.get()).toBe(true);
  one.becomes("redundant");
  const other = registration.brings();
  takeNewer();
  expect(one.postMessage).not.toHaveBeenCalled();
  expect(other.postMessage).toHaveBeenCalledExactlyOnceWith("take over");
  expect(reload).not.toHaveBeenCalled();
  container.dispatchEvent(new Event("controllerchange"));
  expect(reload).toHaveBeenCalledOnce();
});

test("another tab took it: nothing is loaded anew where somebody may be writing, until they want it", async () => {
  const { takeNewer } = await begun();
  const waiting = registration.brings();
  waiting.becomes("activated");
  container.dispatchEvent(new Event("controllerchange"));
  expect(reload).not.toHaveBeenCalled();
  takeNewer();
  expect(waiting.postMessage).not.toHaveBeenCalled();
  expect(reload).toHaveBeenCalledOnce();
});

test("a page that stays open looks once an hour, while somebody sees it", async () => {
  vi.useFakeTimers();
  try {
    await begun();
    each();
    expect(registration.update).not.toHaveBeenCalled(); // it was just begun
    vi.advanceTimersByTime(3_600_000);
    page.visibilityState = "hidden";
    each();
    expect(registration.update).not.toHaveBeenCalled();
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    each();
    expect(registration.update).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

test("a browser that keeps nothing is none the worse", async () => {
  container.register = () => Promise.reject(new Error("a private window"));
  expect((await begun()).newer.get()).toBe(false);
  vi.stubGlobal("navigator", {});
  expect((await begun()).newer.get()).toBe(false);
});
