// What the anonymous statistics cost in ε, what that means, and the weeks that were asked for.

import type { Telemetry, Week } from "../../api/figures";
import { Icon, type IconName } from "../../parts/Icon";
import { date, dateTime } from "../../state/format";
import { useFigureTexts } from "../../texts/figures";

const FIRST = 5; // weeks shown at once

export function Spent({ told }: { told: Telemetry }) {
  const { t, language } = useFigureTexts();
  const { epsilon, week } = told;
  const month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
  const usedUp = epsilon.life_milli + epsilon.answer_milli > epsilon.life_limit_milli;
  return (
    <>
      <p data-week={week}>{t("figures.week", { week, metric: metricOf(told, told.asked) })}</p>
      <h3>{t("figures.spent")}</h3>
      <p>{t("figures.spent.text", { answer: epsilon.answer_milli / 1000 })}</p>
      <Bar
        id="spent-month"
        title={t("figures.month", { month: month.format(Date.parse(`${epsilon.month}-01`)) })}
        milli={epsilon.month_milli}
        limit={epsilon.month_limit_milli}
        guess={epsilon.guess_permille.month}
      />
      <Bar
        id="spent-life"
        title={t("figures.life")}
        milli={epsilon.life_milli}
        limit={epsilon.life_limit_milli}
        guess={epsilon.guess_permille.life}
      />
      {usedUp && <p role="status">{t("figures.used_up")}</p>}
    </>
  );
}

interface BarProps {
  id: string;
  title: string;
  milli: number;
  limit: number;
  /** Right guesses of 1000; 500 is chance. */
  guess: number;
}

function Bar({ id, title, milli, limit, guess }: BarProps) {
  const { t } = useFigureTexts();
  const fill = { spent: milli / 1000, limit: limit / 1000, share: guess / 10 };
  return (
    <div class="spent" data-spent={milli}>
      <p>
        <span id={id}>{title}</span> <strong>{t("figures.of", fill)}</strong>
      </p>
      <meter min={0} max={limit} value={milli} aria-labelledby={id} />
      <p class="quiet">{t(milli === 0 ? "figures.guess.none" : "figures.guess", fill)}</p>
    </div>
  );
}

const MARK: Record<Week["state"], IconName> = {
  planned: "clock",
  drawn: "clock",
  sent: "check",
  missed: "minus",
  assumed: "warning",
};

/** Each week that was asked for, the latest first. */
export function Answers({ told }: { told: Telemetry }) {
  const { t } = useFigureTexts();
  const weeks = [...told.weeks].reverse();
  const older = weeks.slice(FIRST);
  return (
    <>
      <h3>{t("figures.weeks")}</h3>
      {weeks.length === 0 && <p>{t("figures.weeks.none")}</p>}
      <List told={told} weeks={weeks.slice(0, FIRST)} />
      {older.length > 0 && (
        <details>
          <summary>{t("figures.weeks.older", { count: older.length })}</summary>
          <List told={told} weeks={older} />
        </details>
      )}
    </>
  );
}

function List({ told, weeks }: { told: Telemetry; weeks: Week[] }) {
  const { t, language } = useFigureTexts();
  if (weeks.length === 0) return null;
  return (
    <ul class="plainlist">
      {weeks.map(({ week, metric, state, at, epsilon_milli: milli }) => (
        <li key={week} data-state={state}>
          <Icon name={MARK[state]} size={18} /> <strong>{week}</strong>{" "}
          {metric !== "" && `${metricOf(told, metric)}: `}
          {t(`figures.state.${state}`, { at: dateTime(Date.parse(at), language), day: date(at, language) })}
          {milli > 0 && ` ${t("figures.cost", { cost: milli / 1000 })}`}
        </li>
      ))}
    </ul>
  );
}

/** What a figure is called; one that is asked for no more keeps its name of the wire. */
const metricOf = ({ metrics }: Telemetry, name: string) => metrics.find((one) => one.name === name)?.text ?? name;
