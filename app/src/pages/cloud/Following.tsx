// What would leave next for a purpose: exactly the bytes, as the gate made them, and what is sealed in them.

import { useCallback, useState } from "preact/hooks";
import { type Following as Next, historiesApi, type Shown } from "../../api/histories";
import type { Activity } from "../../api/types";
import { Copy } from "../../parts/Copy";
import { useNow } from "../../parts/hooks";
import { namesOf, readable } from "../../state/cloud";
import type { CourseGroup } from "../../state/courses";
import { bytes, clock, date, dateTime, MINUTE } from "../../state/format";
import { useCloudTexts } from "../../texts/cloud";
import { useCentre } from "../../texts/privacy";
import { Exact } from "../privacy/Exact";
import { useAct } from "../privacy/shared";

interface FollowingProps {
  about: Activity;
  entered: string[];
  /** To whom there is a consent. */
  allowed: string[];
  groups: CourseGroup[];
}

export function Following({ about, entered, allowed, groups }: FollowingProps) {
  const { t } = useCloudTexts();
  return (
    <>
      <h3>{t("cloud.next")}</h3>
      {entered.length === 0 ? (
        <>
          <p>{t("cloud.next.nowhere")}</p>
          <Copy
            text={`homebase recipient add NAME --role processor --host HOST --country DE --path /v1/history --activity ${about.id} --key age1…`}
            label={t("cloud.next.command", { title: about.title })}
          />
        </>
      ) : (
        <p class="quiet">{t("cloud.next.text")}</p>
      )}
      {entered.map((recipient) => (
        <One key={recipient} about={about} recipient={recipient} allowed={allowed.includes(recipient)} groups={groups} />
      ))}
    </>
  );
}

interface OneProps {
  about: Activity;
  recipient: string;
  allowed: boolean;
  groups: CourseGroup[];
}

function One({ about, recipient, allowed, groups }: OneProps) {
  const { t, language } = useCloudTexts();
  const [shown, setShown] = useState<Shown | null>(null);
  const nowMs = useNow(MINUTE, shown !== null);
  const [running, show] = useAct(
    useCallback(async () => {
      setShown(await historiesApi(language).preview(about.id, recipient));
    }, [about.id, recipient, language]),
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
      {shown?.next && (allowed || shown.next.until === null || nowMs < Date.parse(shown.next.until)) && (
        <Ready shown={shown} next={shown.next} about={about} recipient={recipient} allowed={allowed} groups={groups} />
      )}
    </>
  );
}

interface ReadyProps extends OneProps {
  shown: Shown;
  next: Next;
}

function Ready({ shown, next, about, recipient, allowed, groups }: ReadyProps) {
  const { t, tn, language } = useCloudTexts();
  const centre = useCentre();
  const names = namesOf(groups);
  const { title } = about;
  return (
    <div class="preview" data-next="ready">
      <p>
        {t("cloud.next.ready", {
          day: shown.day === null ? "" : date(shown.day, language),
          recipient,
          bytes: bytes(next.bytes, language),
        })}{" "}
        {t(allowed ? "cloud.next.when.allowed" : "cloud.next.when.not", { at: dateTime(Date.parse(next.at), language) })}{" "}
        {!allowed && next.until !== null && centre.t("diagnosis.preview.until", { at: clock(Date.parse(next.until), language) })}
      </p>
      <Exact text={next.text} sha256={next.sha256} title={t("cloud.exact", { recipient, title })} />
      <h4>{t("cloud.inside")}</h4>
      <p class="quiet breakable">{t("cloud.inside.text", { addressee: next.addressee })}</p>
      {next.inside.map((series) => {
        const name = names.get(series.datapoint) ?? series.datapoint;
        return (
          <details key={series.datapoint}>
            <summary>{tn("cloud.inside", series.values.length, { name })}</summary>
            <pre class="bytes" tabIndex={0} role="region" aria-label={t("cloud.inside.of", { name, recipient, title })}>
              {readable(series)}
            </pre>
          </details>
        );
      })}
    </div>
  );
}
