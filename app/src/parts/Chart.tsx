// A value over time: drawn for eyes, said in a sentence, and as a table for everybody.

import { useEffect, useRef, useState } from "preact/hooks";
import type { HistoryAnswer, Parameter } from "../api/types";
import { client } from "../state/app";
import type { Kind } from "../state/faces";
import { dateTime, isShare, MINUTE } from "../state/format";
import { reading } from "../state/reading";
import { columns, type Extremes, extremes, RANGES, type Range, stateColumns, tableRows } from "../state/series";
import { useTexts } from "../texts";
import { Failed } from "./Failed";
import { useLoad, useNow } from "./hooks";

const POINTS = 400;

export interface ChartProps {
  id: string;
  name: string;
  parameterName: string;
  parameter: Parameter;
  kind: Kind | null;
}

export function Chart(props: ChartProps) {
  const { t } = useTexts();
  const [range, setRange] = useState<Range>("day");
  const nowMs = Math.floor(useNow(MINUTE, true) / MINUTE) * MINUTE;
  const [loaded, again] = useLoad(
    () => client.history(props.id, new Date(nowMs - RANGES[range]), new Date(nowMs + MINUTE), POINTS),
    `${props.id} ${range} ${nowMs}`,
  );
  return (
    <div class="history">
      <fieldset class="choice">
        <legend class="hidden">{t("history.range")}</legend>
        {(Object.keys(RANGES) as Range[]).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={`range-${props.id}`}
              checked={one === range}
              onChange={() => {
                setRange(one);
              }}
            />
            <span>{t(`history.range.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("history.loading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" &&
        (loaded.value.points.length === 0 ? (
          <p class="quiet">{t("history.none")}</p>
        ) : (
          <Course {...props} answer={loaded.value} range={range} untilMs={nowMs + MINUTE} />
        ))}
      <p class="quiet">{t("history.kept")}</p>
    </div>
  );
}

interface CourseProps extends ChartProps {
  answer: HistoryAnswer;
  range: Range;
  untilMs: number;
}

function Course({ name, parameterName, parameter, kind, answer, range, untilMs }: CourseProps) {
  const texts = useTexts();
  const { t, language } = texts;
  const say = (value: number) => {
    const exact = parameter.type === "BOOL" ? value > 0 : parameter.type === "ENUM" ? Math.round(value) : value;
    return reading(exact, parameterName, parameter, kind, texts);
  };
  const ends = extremes(answer, untilMs);
  const isState = parameter.type === "BOOL" || parameter.type === "ENUM";
  const summarised = ({ min, mean, max }: Extremes) => {
    const fill = { name, range: t(`history.range.${range}`), min: say(min), max: say(max) };
    if (!isState && min !== max) return t("history.summary", { ...fill, mean: say(mean) });
    return min === max ? t("history.summary.steady", { ...fill, value: say(max) }) : t("history.summary.changing", fill);
  };
  const summary = ends === null ? "" : summarised(ends);
  return (
    <>
      <Drawing answer={answer} parameter={parameter} label={summary} say={say} range={range} untilMs={untilMs} />
      <p class="summary">{summary}</p>
      <details>
        <summary>{t("history.table")}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={t("history.table")}>
          <table>
            <caption class="hidden">{name}</caption>
            <thead>
              <tr>
                <th scope="col">{t("history.time")}</th>
                <th scope="col">{t("history.min")}</th>
                <th scope="col">{t("history.mean")}</th>
                <th scope="col">{t("history.max")}</th>
              </tr>
            </thead>
            <tbody>
              {tableRows(answer, range, untilMs).map((row) => (
                <tr key={row.atMs}>
                  <th scope="row">{dateTime(row.atMs, language)}</th>
                  <td>{say(row.min)}</td>
                  <td>{say(row.mean)}</td>
                  <td>{say(row.max)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

interface DrawingProps {
  answer: HistoryAnswer;
  parameter: Parameter;
  label: string;
  say: (value: number) => string;
  range: Range;
  untilMs: number;
}

function Drawing({ answer, parameter, label, say, range, untilMs }: DrawingProps) {
  const { language } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  const words = useRef(say);
  words.current = say;
  useEffect(() => {
    let gone = false;
    let close: (() => void) | null = null;
    const share = isShare(parameter);
    const stepped = parameter.type === "BOOL" || parameter.type === "ENUM";
    // only who looks at a chart pays for the chart
    void import("./plot").then(({ plot }) => {
      if (gone || place.current === null) return;
      close = plot(place.current, stepped ? stateColumns(answer, untilMs) : columns(answer, share ? 100 : 1), {
        stepped,
        share,
        fromMs: untilMs - RANGES[range],
        untilMs,
        say: (value) => words.current(share ? value / 100 : value),
        language,
      });
    });
    return () => {
      gone = true;
      close?.();
    };
  }, [answer, parameter, language, range, untilMs]);
  return <div class="plot" ref={place} role="img" aria-label={label} />;
}
