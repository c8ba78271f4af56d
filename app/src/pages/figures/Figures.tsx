// Figures that may leave (notice 6.12, 6.13): for each activity what is asked for and why, what leaves, the consent, what left.

import type { ComponentChildren } from "preact";
import { type Figures, lookAtFigures, type Metric, type Sent } from "../../api/figures";
import type { Activity } from "../../api/types";
import { Copy } from "../../parts/Copy";
import { Title } from "../../parts/Frame";
import { useNow, useRole } from "../../parts/hooks";
import { bytes, dateTime, MINUTE } from "../../state/format";
import { useFigureTexts } from "../../texts/figures";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "../privacy/ActivityFacts";
import { Consent } from "../privacy/ActivityList";
import { Exact } from "../privacy/Exact";
import { Shown, useGate, useMe } from "../privacy/shared";
import { Following } from "./Following";
import { Answers, Spent } from "./Statistics";

export function FiguresPage() {
  const { t } = useFigureTexts();
  const owner = useRole() === "owner";
  return (
    <>
      <Title text={t("figures.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      <p class="lead">{t("figures.lead")}</p>
      {owner ? <Whole /> : <p class="card">{t("figures.owner")}</p>}
    </>
  );
}

function Whole() {
  const { t, language } = useFigureTexts();
  useMe();
  const turn = Math.floor(useNow(MINUTE, true) / MINUTE); // a message leaves while nobody touches the page
  const [loaded, again] = useGate(() => lookAtFigures(language), `${language} ${turn}`);
  return (
    <Shown loaded={loaded} again={again}>
      {({ telemetry, monitor }: Figures) => (
        <div class="columns">
          <One told={telemetry} again={again}>
            <Spent told={telemetry} />
            <h3>{t("figures.example")}</h3>
            <p class="quiet">{t("figures.example.text")}</p>
            <Exact text={telemetry.example} title={t("figures.example")} />
            <Answers told={telemetry} />
          </One>
          <One told={monitor} again={again}>
            <Following next={monitor.next} allowed={monitor.recipients} />
          </One>
        </div>
      )}
    </Shown>
  );
}

interface OneProps {
  told: { activity: string; about: Activity; recipients: string[]; metrics: Metric[]; last: Sent | null };
  again: () => void;
  children: ComponentChildren;
}

function One({ told, again, children }: OneProps) {
  const { t } = useFigureTexts();
  const centre = useCentre();
  const { activity, about, recipients, metrics, last } = told;
  return (
    <section class="card activity" aria-labelledby={activity} data-figures={activity}>
      <div class="head">
        <span class="words">
          <h2 id={activity}>{about.title}</h2>
          <small>{centre.t("privacy.clause", { clause: about.clause })}</small>
        </span>
        <ActivityState activity={about} />
      </div>
      <p>{about.purpose}</p>
      <Metrics metrics={metrics} title={about.title} />
      {children}
      <h3>{t("figures.consent")}</h3>
      {about.recipients.length > 0 || recipients.length > 0 ? (
        <Consent activity={about} again={again} here />
      ) : (
        <>
          <p>{t("figures.nowhere")}</p>
          <Copy
            text={`homebase recipient add NAME --role processor --host HOST --country DE --path PATH --activity ${activity}`}
            label={t("figures.command", { title: about.title })}
          />
        </>
      )}
      <details>
        <summary aria-label={centre.t("privacy.facts.of", { title: about.title })}>{centre.t("privacy.facts")}</summary>
        <ActivityFacts activity={about} />
      </details>
      <Last last={last} title={about.title} />
    </section>
  );
}

function Metrics({ metrics, title }: { metrics: Metric[]; title: string }) {
  const { t } = useFigureTexts();
  return (
    <table>
      <caption class="hidden">{t("figures.table", { title })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("figures.metric")}</th>
          <th scope="col">{t("figures.answers")}</th>
        </tr>
      </thead>
      <tbody>
        {metrics.map(({ name, text, reason, answers }) => (
          <tr key={name} data-metric={name}>
            <th scope="row" class="why">
              <strong>{text}</strong>
              <small>{reason}</small>
            </th>
            <td>{answers}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Exactly what left last, while our copy is kept. */
function Last({ last, title }: { last: Sent | null; title: string }) {
  const { t, language } = useFigureTexts();
  const centre = useCentre();
  if (last === null)
    return (
      <>
        <h3>{t("figures.last")}</h3>
        <p>{t("figures.last.none")}</p>
      </>
    );
  const { text, sha256, recipient, result } = last;
  return (
    <div data-last>
      <h3>{t("figures.last")}</h3>
      <p class="quiet">
        {centre.t("privacy.last.line", {
          at: dateTime(Date.parse(last.at), language),
          recipient,
          bytes: bytes(last.bytes, language),
          result: centre.tr(`privacy.result.${result}`, result),
        })}
      </p>
      <Exact text={text} sha256={sha256} title={t("figures.last.of", { title })} />
    </div>
  );
}
