// The start page: what needs a look, then every light one tap away.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Account } from "../api/account";
import { Title } from "../parts/Frame";
import { useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { lazy } from "../parts/lazy";
import { ReviewHint } from "../parts/ReviewHint";
import { Tile } from "../parts/Tile";
import { client, home, link, reached } from "../state/app";
import { type Section, sectionOf } from "../state/faces";
import { asksFirst, asksOwner } from "../state/first";
import { HOUR } from "../state/format";
import { sorted } from "../state/names";
import { sameList, useSelect } from "../state/store";
import { allFaces, belongs, type Chip, CHIPS } from "../state/summary";
import { ownTimezone } from "../state/timezone";
import { useTexts } from "../texts";

const FirstRun = lazy(() => import("./FirstRun").then((file) => file.FirstRun), "silent");

const SECTIONS: readonly Section[] = ["light", "blind", "climate", "sensor"];

export function HomePage() {
  const texts = useTexts();
  const { t } = texts;
  const owner = useRole() === "owner";
  const [account, again] = useAccount(owner);
  const by = useSelect(link, (value) => value.by);
  const begun = useSelect(reached, (value) => value !== null);
  const [chosen, setChosen] = useState<Chip | null>(null);
  const devices = useSelect(home, (state) => state.devices);
  const faces = allFaces(sorted(devices.values(), texts));
  const filtered = useSelect(
    home,
    (state) => (chosen === null ? null : faces.filter((face) => belongs(face, chosen, state)).map((face) => face.id)),
    (a, b) => a === b || (a !== null && b !== null && sameList(a, b)),
  );
  const shown = filtered === null ? faces : faces.filter((face) => filtered.includes(face.id));
  return (
    <>
      <Title text={t("home.title")} />
      {account !== null && (by !== null || begun) && (
        <FirstRun account={account} asks={asksFirst(account, by, ownTimezone())} devices={devices.size} onChanged={again} />
      )}
      {faces.length === 0 ? (
        <div class="card empty">
          <h2>{t("home.empty.title")}</h2>
          <p>{t(owner ? "home.empty.text" : "teach.owner")}</p>
          {owner && (
            <a class="button primary" href="#/devices/teach-in">
              {t("devices.teach")}
            </a>
          )}
        </div>
      ) : (
        <Chips chosen={chosen} choose={setChosen} />
      )}
      {chosen !== null && shown.length === 0 && <p class="quiet">{t("home.chip.nothing")}</p>}
      {SECTIONS.map((section) => {
        const own = shown.filter((face) => sectionOf(face.kind) === section);
        return own.length === 0 ? null : (
          <section key={section} aria-labelledby={`section-${section}`}>
            <h2 id={`section-${section}`}>{t(`home.section.${section}`)}</h2>
            <ul class="tiles">
              {own.map((face) => (
                <Tile key={face.id} face={face} showRoom />
              ))}
            </ul>
          </section>
        );
      })}
      {account?.review_due === true && <ReviewHint />}
      <p class="foot">
        <a href="#/privacy">
          <Icon name="shield" size={18} /> {t("home.privacy")}
        </a>
      </p>
    </>
  );
}

/** The account, for its owner; null: somebody else, or it did not come yet. Asked for anew when the home is reached again,
 * and when somebody looks: each time while it has a question that another phone may answer, else once an hour. */
function useAccount(owner: boolean): [Account | null, () => void] {
  const [account, setAccount] = useState<Account | null>(null);
  const dueMs = useRef(0);
  const live = useSelect(link, (value) => value.state === "live");
  const again = useCallback(() => {
    dueMs.current = Infinity; // a look is both events below
    client.ask<Account>("account.read").then(
      (answer) => {
        setAccount(answer);
        dueMs.current = asksOwner(answer) ? 0 : Date.now() + HOUR;
      },
      () => {
        dueMs.current = 0;
      },
    );
  }, []);
  useEffect(() => {
    if (!owner || !live) return;
    again();
    const looked = () => {
      if (document.visibilityState === "visible" && Date.now() >= dueMs.current) again();
    };
    document.addEventListener("visibilitychange", looked);
    window.addEventListener("focus", looked);
    return () => {
      document.removeEventListener("visibilitychange", looked);
      window.removeEventListener("focus", looked);
    };
  }, [owner, live, again]);
  return [owner ? account : null, again];
}

function Chips({ chosen, choose }: { chosen: Chip | null; choose: (chip: Chip | null) => void }) {
  const { t, tn } = useTexts();
  const counts = useSelect(
    home,
    (state) => {
      const faces = allFaces(state.devices.values());
      return CHIPS.map((chip) => {
        const own = faces.filter((face) => belongs(face, chip, state));
        return chip === "gone" || chip === "battery" ? new Set(own.map((face) => face.device.address)).size : own.length;
      });
    },
    sameList,
  );
  return (
    <div class="chips" role="group" aria-label={t("home.chips")}>
      {CHIPS.map((chip, index) => {
        const count = counts[index] ?? 0;
        if (count === 0 && chosen !== chip) return null;
        return (
          <button
            key={chip}
            type="button"
            class={`chip ${chip === "gone" || chip === "battery" ? "warn" : ""}`}
            aria-pressed={chosen === chip}
            onClick={() => {
              choose(chosen === chip ? null : chip);
            }}
          >
            {(chip === "gone" || chip === "battery") && <Icon name="warning" size={16} />}
            {tn(`home.chip.${chip}`, count)}
          </button>
        );
      })}
    </div>
  );
}
