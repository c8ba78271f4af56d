// When a backup is made by itself, how long copies stay, and where they lie; and how that is changed, far places too.

import { type Plan as Planned, keptWords, whenWords } from "../../state/backup_plan";
import { useBackupTexts } from "../../texts/backup";

/** `folder`: "" for none; `far`: names of places that are not in the house. */
export function Plan({ plan, folder, far }: { plan: Planned; folder: string; far: readonly string[] }) {
  const texts = useBackupTexts();
  const { t } = texts;
  const places = folder === "" ? far : [t("backup.plan.folder", { folder }), ...far];
  const facts: [string, string][] = [
    [t("backup.plan.when"), whenWords(plan, texts)],
    [t("backup.plan.kept"), keptWords(plan, texts)],
    [t("backup.plan.places"), places.length === 0 ? t("backup.plan.places.none") : places.join(", ")],
  ];
  return (
    <section class="card" aria-labelledby="backup-plan">
      <h2 id="backup-plan">{t("backup.plan")}</h2>
      <dl class="facts">
        {facts.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="breakable">{words}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{t("backup.plan.change")}</p>
      <h3>{t("backup.plan.far")}</h3>
      <p>{t("backup.plan.far.text")}</p>
    </section>
  );
}
