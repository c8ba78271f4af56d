// The frame around every page: header with the connection, banners, tabs, notes.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { cameFrom, home, link, note, route } from "../state/app";
import { scarceDrivers } from "../state/airtime";
import { clock, dateTime, DAY } from "../state/format";
import { lostDrivers } from "../state/home";
import { explain } from "../state/problems";
import { type Tab, tabOf } from "../state/route";
import { sameList, useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Icon, type IconName } from "./Icon";
import { lazy } from "./lazy";
import { useNames } from "./names";
import { Scarce } from "./Scarce";

const TABS: readonly { tab: Tab; href: string; icon: IconName }[] = [
  { tab: "home", href: "#/", icon: "home" },
  { tab: "rooms", href: "#/rooms", icon: "rooms" },
  { tab: "history", href: "#/history", icon: "history" },
  { tab: "more", href: "#/more", icon: "more" },
];

export function Frame({ children }: { children: ComponentChildren }) {
  const { t } = useTexts();
  const name = useSelect(home, (value) => value.name);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={toMain}>
        {t("app.skip")}
      </a>
      <header class="top">
        <span class="brand">
          <Icon name="home" size={20} /> <span>{name === "" ? "homebase" : name}</span>
        </span>
        <Connection />
      </header>
      <Tabs />
      <main id="main" tabIndex={-1}>
        <Banners />
        {children}
      </main>
      <Notes />
    </div>
  );
}

// The fragment is the app's own address, so the skip link moves the focus itself.
function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Tabs() {
  const { t, tn } = useTexts();
  const waiting = useSelect(home, (value) => value.notifications.length);
  const here = useSelect(route, (value) => value);
  const from = useSelect(cameFrom, (value) => value);
  const current = tabOf(here.page === "device" ? from : here);
  return (
    <nav class="tabs" aria-label={t("app.tabs")}>
      {TABS.map(({ tab, href, icon }) => (
        <a key={tab} href={href} aria-current={tab === current ? "page" : undefined}>
          <Icon name={icon} />
          <span>{t(`tab.${tab}`)}</span>
          {tab === "more" && waiting > 0 && (
            <span class="count" role="img" aria-label={tn("tab.waiting", waiting)}>
              {waiting}
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

function Connection() {
  const { t } = useTexts();
  const state = useSelect(link, (value) => value.state);
  const by = useSelect(link, (value) => value.by);
  return (
    <span class={`connection ${state}`} role="status">
      <span class="mark" aria-hidden="true">
        {state === "live" ? "●" : "◌"}
      </span>
      {t(state === "live" && by !== null ? `link.live.${by}` : `link.${state}`)}
    </span>
  );
}

function Banners() {
  const texts = useTexts();
  const { t, tr, language } = texts;
  const lost = useSelect(home, lostDrivers, sameList);
  const scarce = useSelect(home, (value) => scarceDrivers(value.drivers), sameList);
  const { state, heardMs, missing } = useSelect(link, (value) => value);
  const when = (ms: number) => (Date.now() - ms < DAY ? clock(ms, language) : dateTime(ms, language));
  return (
    <div class="banners" role="status">
      {state === "lost" && (
        <p class="banner" data-missing={missing}>
          <Icon name="warning" />{" "}
          <span>
            {t(missing === null ? "link.lost.long" : `link.lost.${missing}`)}{" "}
            {heardMs > 0 && t("link.lost.values", { at: when(heardMs) })}
          </span>
        </p>
      )}
      {lost.map((driver) => {
        const fill = { since: when(Date.parse(driver.since)) };
        return (
          <p class="banner bad" key={driver.name} data-driver={driver.name}>
            <Icon name="warning" /> <span>{tr(`driver.lost.${driver.detail}`, t("driver.lost", fill), fill)}</span>
          </p>
        );
      })}
      {scarce.map((driver) => (
        <Scarce key={driver.name} driver={driver} />
      ))}
      <Urgent />
      <Leaving />
    </div>
  );
}

// beside the first screen, not before it
const Leaving = lazy(() => import("../pages/privacy/Leaving").then((file) => file.Leaving), "silent");

const Urgent = lazy(() => import("../pages/notifications/Urgent").then((file) => file.Urgent), "silent");

const NOTE_STAYS_MS = 6000;

export function Notes() {
  const texts = useTexts();
  const current = useSelect(note, (value) => value);
  useEffect(() => {
    if (current?.kind !== "done") return;
    const timer = window.setTimeout(() => {
      note.update((old) => (old?.id === current.id ? null : old));
    }, NOTE_STAYS_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [current]);
  const named = useNames();
  const said = current?.problem === undefined ? null : explain(current.problem, texts, named);
  return (
    <div class="notes">
      <div role="status">{current?.kind === "done" && <p class="note">{current.text}</p>}</div>
      <div role="alert">
        {said !== null && (
          <div class="note bad">
            <Icon name="warning" />
            <p>
              {said.text}
              {said.wayOut !== null && <span class="wayout">{said.wayOut}</span>}
            </p>
            <button
              type="button"
              class="plain"
              aria-label={texts.t("close")}
              onClick={() => {
                note.update(() => null);
              }}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

/** A page's heading: takes the focus when the page is opened, names the document. */
export function Title({ text, back }: { text: string; back?: { href: string; label: string } }) {
  const { t } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("app.title", { page: text });
  }, [text, t]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  return (
    <div class="title">
      {back !== undefined && (
        <a class="back" href={back.href}>
          <Icon name="back" /> <span>{back.label}</span>
        </a>
      )}
      <h1 tabIndex={-1} ref={heading}>
        {text}
      </h1>
    </div>
  );
}
