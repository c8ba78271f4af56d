// Says on every page that something may leave the house, with the button that stops it, and what this phone found
// wrong with the ledger. Loaded after the first screen.

import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Activity } from "../../api/types";
import { me, whoAmI } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { useLoad, useNow, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, route } from "../../state/app";
import { MINUTE, span } from "../../state/format";
import { longest } from "../../state/privacy";
import { isVisitor } from "../../state/roles";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { useActs, useSaidAgain, useVisited } from "./shared";
import { useWithdrawal } from "./withdrawal";

const LOOK_EVERY_MS = 5 * MINUTE;

export function Leaving() {
  const role = useRole();
  return isVisitor(role) ? null : <Watch />;
}

function Watch() {
  const { language } = useCentre();
  const page = useSelect(route, (value) => value.page);
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const key = `${language} ${turn} ${useSaidAgain()} ${useActs()}`;
  const [loaded, again] = useLoad(() => client.activities(language).catch(() => null), key);
  useEffect(() => {
    void whoAmI()
      .then(visit)
      .catch(() => undefined); // the pages about it tell of failures; here nothing is said without reason
  }, [turn]);
  const before = useRef(page);
  useEffect(() => {
    if (before.current === "diagnosis" && page !== "diagnosis") again(); // it may have changed there
    before.current = page;
  }, [page, again]);
  const open = loaded.state === "here" ? (loaded.value?.activities ?? []) : [];
  return (
    <>
      <Found page={page} />
      {page !== "diagnosis" &&
        open
          .filter((activity) => activity.state === "active" && activity.grants.length > 0)
          .map((activity) => <Active key={activity.id} activity={activity} again={again} />)}
    </>
  );
}

/** "Remote diagnosis is active, 6 d 3 h left", and a button that ends it. */
function Active({ activity, again }: { activity: Activity; again: () => void }) {
  const { t, language } = useCentre();
  const nowMs = useNow(MINUTE, true);
  const [running, withdraw] = useWithdrawal(activity.id, again);
  const given = longest(activity.grants);
  const until = given?.until ?? null;
  const fill = { title: activity.title, left: until === null ? "" : span(Date.parse(until) - nowMs, language) };
  return (
    <p class="banner leaving">
      <Icon name="up" />
      <span>
        <a href={activity.id === "diagnosis.remote" ? "#/settings/base/diagnosis" : "#/privacy"}>
          {t(until !== null ? "leaving.until" : given?.form === "standing" ? "leaving.standing" : "leaving.once", fill)}
        </a>
      </span>
      <button type="button" class="danger" disabled={running} onClick={withdraw}>
        <Icon name="stop" size={18} /> {t("leaving.stop")}
      </button>
    </p>
  );
}

/** What a visit found that somebody has to know: on every page but those that say more about it. */
function Found({ page }: { page: string }) {
  const { t } = useCentre();
  const phone = useSelect(me, (value) => value.phone);
  const now = useVisited();
  const close = useCallback((text: string) => {
    return (
      <p class="banner bad" data-found>
        <Icon name="warning" />
        <span>
          {text} <a href="#/privacy/ledger">{t("leaving.look")}</a>
        </span>
      </p>
    );
  }, [t]);
  if (phone === null || page === "privacy" || page === "ledger") return null;
  if (now.state === "unconfirmed") return close(t("leaving.unconfirmed"));
  if (now.state !== "here") return null;
  if (now.visit.ledger.state === "wrong") return close(t("leaving.wrong"));
  if (!now.visit.recorded) return close(t("leaving.unrecorded"));
  return now.visit.restored ? close(t("leaving.restored")) : null;
}
