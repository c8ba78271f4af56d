// What would leave next for a purpose: exactly the bytes, as the gate made them, and what is sealed in them.

import { useCallback, useState } from "preact/hooks";
import { historiesApi, type Shown } from "../../api/histories";
import { Copy } from "../../parts/Copy";
import { namesOf, readable } from "../../state/cloud";
import type { CourseGroup } from "../../state/courses";
import { bytes, date, dateTime } from "../../state/format";
import { useCloudTexts } from "../../texts/cloud";
import { Exact } from "../privacy/Exact";
import { useAct } from "../privacy/shared";

interface FollowingProps {
  activity: string;
  title: string;
  entered: string[];
  /** To whom there is a consent. */
  allowed: string[];
  groups: CourseGroup[];
}

export function Following({ activity, title, entered, allowed, groups }: FollowingProps) {
  const { t } = useCloudTexts();
  return (
    <>
      <h3>{t("cloud.next")}</h3>
      {entered.length === 0 ? (
        <>
          <p>{t("cloud.next.nowhere")}</p>
          <Copy
            text={`homebase recipient add NAME --role processor --host HOST --country DE --path /v1/history --activity ${activity} --key age1…`}
            label={t("cloud.next.command", { title })}
          />
        </>
      ) : (
        <p class="quiet">{t("cloud.next.text")}</p>
      )}
      {entered.map((recipient) => (
        <One key={recipient} activity={activity} recipient={recipient} allowed={allowed.includes(recipient)} groups={groups} />
      ))}
    </>
  );
}

interface OneProps {
  activity: string;
  recipient: string;
  allowed: boolean;
  groups: CourseGroup[];
}

function One({ activity, recipient, allowed, groups }: OneProps) {
  const { t, language } = useCloudTexts();
  const [shown, setShown] = useState<Shown | null>(null);
  const [running, show] = useAct(
    useCallback(async () => {
      setShown(await historiesApi(language).preview(activity, recipient));
    }, [activity, recipient, language]),
  );
  return (
    <>
      <button
        type="button"
        class="wide"
        disabled={running}
        aria-label={t("cloud.next.show.of", { recipient })}
        onClick={show}
      >
        {t("cloud.next.show")}
      </button>
      <div role="status">
        {shown !== null && shown.state !== "ready" && (
          <p data-next={shown.state}>
            {t(`cloud.next.${shown.state}`, { day: shown.day === null ? "" : date(shown.day, language) })}
          </p>
        )}
      </div>
      {shown?.next && <Ready shown={shown} next={shown.next} recipient={recipient} allowed={allowed} groups={groups} />}
    </>
  );
}

interface ReadyProps extends Omit<OneProps, "activity"> {
  shown: Shown;
  next: NonNullable<Shown["next"]>;
}

function Ready({ shown, next, recipient, allowed, groups }: ReadyProps) {
  const { t, tn, language } = useCloudTexts();
  const names = namesOf(groups);
  return (
    <div class="preview" data-next="ready">
      <p>
        {t("cloud.next.ready", {
          day: shown.day === null ? "" : date(shown.day, language),
          recipient,
          bytes: bytes(next.bytes, language),
        })}{" "}
        {t(allowed ? "cloud.next.when.allowed" : "cloud.next.when.not", { at: dateTime(Date.parse(next.at), language) })}
      </p>
      <Exact text={next.text} sha256={next.sha256} title={t("cloud.exact")} />
      <h4>{t("cloud.inside")}</h4>
      <p class="quiet breakable">{t("cloud.inside.text", { addressee: next.addressee })}</p>
      {next.inside.map((series) => {
        const name = names.get(series.datapoint) ?? series.datapoint;
        return (
          <details key={series.datapoint}>
            <summary>{tn("cloud.inside", series.values.length, { name })}</summary>
            <pre class="bytes" tabIndex={0} role="region" aria-label={t("cloud.inside.of", { name })}>
              {readable(series)}
            </pre>
          </details>
        );
      })}
    </div>
  );
}
