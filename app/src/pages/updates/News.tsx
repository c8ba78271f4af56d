// New versions: whether somebody may be asked, what is known, ask now. Loaded with the page on the system.

import { useCallback } from "preact/hooks";
import type { Activities, Updates } from "../../api/types";
import { page } from "../../gate/phone";
import { Copy } from "../../parts/Copy";
import { useRole } from "../../parts/hooks";
import { Said } from "../../parts/Said";
import { dateTime } from "../../state/format";
import { installing } from "../../state/updates";
import { useCentre } from "../../texts/privacy";
import { ActivityState } from "../privacy/ActivityFacts";
import { Consent } from "../privacy/ActivityList";
import { Shown, useAct, useGatePage, useMe } from "../privacy/shared";

const ID = "update.check";

export function News() {
  const { t, language } = useCentre();
  useMe();
  const [news, look] = useGatePage<Updates>(`/gate/v1/updates?lang=${language}`);
  return (
    <section class="card" aria-labelledby="updates">
      <h2 id="updates">{t("update.title")}</h2>
      <Allowed changed={look} />
      <Shown loaded={news} again={look}>
        {(told) => <Told told={told} again={look} />}
      </Shown>
    </section>
  );
}

/** The consent to ask: given, taken back, both on this page. */
function Allowed({ changed }: { changed: () => void }) {
  const { language } = useCentre();
  const [loaded, look] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`);
  const again = useCallback(() => {
    look();
    changed();
  }, [look, changed]);
  if (loaded.state !== "here" || loaded.value === "unconfirmed") return null; // what is shown below says why
  const activity = loaded.value.value.activities.find(({ id }) => id === ID);
  if (activity === undefined) return null;
  return (
    <div data-consent={ID}>
      <p>
        <ActivityState activity={activity} />
      </p>
      <p class="quiet">
        {activity.purpose}
      </p>
      <Consent activity={activity} again={again} />
    </div>
  );
}

function Told({ told, again }: { told: Updates; again: () => void }) {
  const { t, language } = useCentre();
  const owner = useRole() === "owner";
  const { line, problem, update, checked_at } = told;
  const [checking, check] = useAct(
    useCallback(async () => {
      await page<Updates>(`/gate/v1/updates/checks?lang=${language}`, "POST", {});
      again();
    }, [language, again]),
  );
  return (
    <>
      <p role="status">
        <Said text={line} />
      </p>
      {problem !== null && (
        <p class="quiet">
          <Said text={problem.text} />
        </p>
      )}
      {update !== null && (
        <>
          <Notes title={t("update.changes")} lines={update.changes} />
          <Notes title={t("update.fixes")} lines={update.fixes} />
        </>
      )}
      <Installation told={told} owner={owner} />
      {checked_at !== null && <p class="quiet">{t("update.checked", { at: dateTime(Date.parse(checked_at), language) })}</p>}
      {owner && (
        <button type="button" disabled={checking} onClick={check}>
          {t("update.check")}
        </button>
      )}
    </>
  );
}

/** Asked for at the console alone (docs/adr/0022): what this page can do is to say how, and that it was. */
function Installation({ told, owner }: { told: Updates; owner: boolean }) {
  const { t } = useCentre();
  const state = installing(told);
  if (state === null || (state !== "asked" && !owner)) return null;
  const by_hand = state === "by_hand" && told.update !== null;
  return (
    <div data-install={state}>
      <h3>{t("update.install")}</h3>
      <p class={by_hand ? "breakable" : ""} role="status">
        {by_hand
          ? t("update.install.by_hand", { file: told.update?.file ?? "", sha256: told.update?.sha256 ?? "" })
          : t(`update.install.${state}`)}
      </p>
      {state === "asked" && <Copy text="journalctl -u homebase-update" label={t("update.install.asked.look")} />}
      {state === "possible" && <Copy text={told.command} label={t("update.install")} />}
    </div>
  );
}

function Notes({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
