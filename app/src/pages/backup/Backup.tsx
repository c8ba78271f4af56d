// Backups: the last one that was proven, the next one, how far the running one is, all copies. For the owner.

import { useCallback, useEffect } from "preact/hooks";
import { page } from "../../gate/phone";
import { Title } from "../../parts/Frame";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { bytes, dateTime, percent, SECOND } from "../../state/format";
import type { Plan as Planned } from "../../state/backup_plan";
import { type Copy, LOCAL, reasonKey } from "../../state/backups";
import { useBackupTexts } from "../../texts/backup";
import { Shown, useAct, useGatePage } from "../privacy/shared";
import { Plan } from "./Plan";
import { Restore } from "./Restore";

interface Backups {
  copies: Copy[];
  trouble: { text: string } | null;
  targets: string[];
  folder: string;
  plan: Planned;
  next: string | null;
  sheet: { key: string } | null;
  drill_due: boolean;
  unfinished: { name: string } | null;
  history: boolean;
  progress: { stage: string; done: number; all: number; wrong: string; code: string };
}

export function BackupPage() {
  const { t } = useBackupTexts();
  const owner = useRole() === "owner";
  return (
    <>
      <Title text={t("backup.title")} back={{ href: "#/more", label: t("tab.more") }} />
      <p class="lead">{t("backup.lead")}</p>
      {owner ? <Here /> : <p class="card">{t("backup.owner")}</p>}
    </>
  );
}

function Here() {
  const [loaded, again] = useGatePage<Backups>("/gate/v1/backups");
  return (
    <Shown loaded={loaded} again={again}>
      {(told) => (
        <div class="columns">
          <div>
            <State told={told} again={again} />
            <Plan plan={told.plan} folder={told.folder} far={told.targets.filter((name) => name !== LOCAL)} />
            <History on={told.history} again={again} />
          </div>
          <div>
            <Copies copies={told.copies} />
            <Restore copies={told.copies} />
          </div>
        </div>
      )}
    </Shown>
  );
}

function State({ told, again }: { told: Backups; again: () => void }) {
  const { t, tr, language } = useBackupTexts();
  const { stage, done, all, wrong, code } = told.progress;
  const proven = told.copies.find((copy) => copy.state === "verified")?.verified ?? null;
  useEffect(() => {
    if (stage === "") return undefined;
    const timer = setTimeout(again, SECOND);
    return () => {
      clearTimeout(timer);
    };
  }, [told, stage, again]);
  const [running, begin] = useAct(
    useCallback(async () => {
      await page("/gate/v1/backups", "POST", {});
      again();
    }, [again]),
  );
  const at = (time: string) => dateTime(Date.parse(time), language);
  return (
    <section class="card" aria-labelledby="backup-last">
      <h2 id="backup-last">{t("backup.last")}</h2>
      <p>
        <Icon name={proven === null ? "warning" : "check"} size={18} />{" "}
        {proven === null ? t("backup.last.none") : t("backup.last.text", { at: at(proven) })}
      </p>
      <p>{told.next === null ? t("backup.next.none") : t("backup.next", { at: at(told.next) })}</p>
      {wrong !== "" && <p class="bad">{t("backup.wrong", { why: tr(reasonKey(wrong, code), t("backup.why.other")) })}</p>}
      {told.trouble !== null && <p class="bad">{told.trouble.text}</p>}
      {told.sheet === null && <p class="bad">{t("backup.sheet.none")}</p>}
      {told.targets.length === 0 && <p class="bad">{t("backup.place.none")}</p>}
      {told.unfinished !== null && <p class="bad">{t("backup.unfinished")}</p>}
      {told.drill_due && <p class="bad">{t("backup.drill")}</p>}
      {stage !== "" && (
        <p role="status">
          {tr(`backup.stage.${stage}`, stage)}{" "}
          {all === 0 && done > 0 && bytes(done, language)}
          {all > 0 && (
            <>
              <progress max={all} value={done} aria-label={percent(done / all, language)} />{" "}
              {t("backup.done", { done: bytes(done, language), all: bytes(all, language) })}
            </>
          )}
        </p>
      )}
      <button
        type="button"
        class="primary wide"
        disabled={running || stage !== "" || told.sheet === null || told.targets.length === 0}
        onClick={begin}
      >
        {t("backup.now")}
      </button>
    </section>
  );
}

function History({ on, again }: { on: boolean; again: () => void }) {
  const { t } = useBackupTexts();
  const [running, choose] = useAct(
    useCallback(
      async (history: boolean) => {
        await page("/gate/v1/backups/history", "POST", { history });
        again();
      },
      [again],
    ),
  );
  return (
    <section class="card" aria-labelledby="backup-history">
      <h2 id="backup-history">{t("backup.history")}</h2>
      <label class="tick">
        <input
          type="checkbox"
          checked={on}
          disabled={running}
          onChange={(event) => {
            choose(event.currentTarget.checked);
          }}
        />
        <span>{t("backup.history.choose")}</span>
      </label>
      <p class="quiet">{t("backup.history.text")}</p>
    </section>
  );
}

function Copies({ copies }: { copies: Copy[] }) {
  const { t, tr, language } = useBackupTexts();
  return (
    <section aria-labelledby="backup-copies">
      <h2 id="backup-copies">{t("backup.copies")}</h2>
      {copies.length === 0 && <p class="card">{t("backup.copies.none")}</p>}
      {copies.length > 0 && (
        <ul class="rows card">
          {copies.map((copy) => (
            <li key={`${copy.target} ${copy.name}`} data-copy={copy.state}>
              <div class="row">
                <Icon name={copy.state === "verified" ? "check" : "warning"} />
                <span class="words">
                  <strong>
                    {copy.made === null ? copy.name : dateTime(Date.parse(copy.made), language)}, {bytes(copy.size, language)}
                  </strong>
                  <small>
                    {tr(`backup.target.${copy.target}`, copy.target)}:{" "}
                    {tr(`backup.state.${copy.state}`, copy.state, {
                      at: copy.verified === null ? "" : dateTime(Date.parse(copy.verified), language),
                      landed: bytes(copy.landed ?? 0, language),
                    })}
                    {copy.why !== "" && `: ${tr(reasonKey(copy.why), t("backup.why.other"))}`}
                  </small>
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
