// One day's periods: until when, how warm; cut one in two, take one away.

import { useState } from "preact/hooks";
import type { Day } from "../../api/memory";
import { Icon } from "../../parts/Icon";
import {
  beginOf,
  canSplit,
  clockText,
  COLDEST,
  DAY_MINUTES,
  moveEnd,
  readClock,
  remove,
  split,
  STEP_CELSIUS,
  STEP_MINUTES,
  warm,
  WARMEST,
} from "../../state/week";
import { useTechnical } from "../../texts/technical";
import { degrees } from "./weekdays";

export function DayEditor({ name, day, onDay }: { name: string; day: Day; onDay: (next: Day) => void }) {
  const { t } = useTechnical();
  return (
    <section aria-labelledby="week-day">
      <h3 id="week-day">{name}</h3>
      <ol class="periods">
        {day.map((_, at) => (
          <PeriodRow key={at} day={day} at={at} onDay={onDay} />
        ))}
      </ol>
      <p class="quiet">{t("week.limits", { low: COLDEST, high: WARMEST })}</p>
    </section>
  );
}

interface EndProps {
  label: string;
  minutes: number;
  onMinutes: (minutes: number) => void;
}

/** 24 hours whatever the browser's own language is; "6:30", "0630" and the arrow keys do. */
function EndField({ label, minutes, onMinutes }: EndProps) {
  const [text, setText] = useState<string | null>(null);
  const take = () => {
    const read = text === null ? null : readClock(text);
    setText(null);
    if (read !== null) onMinutes(read);
  };
  return (
    <input
      class="until"
      inputMode="numeric"
      autocomplete="off"
      maxLength={5}
      aria-label={label}
      value={text ?? clockText(minutes)}
      onFocus={(event) => {
        event.currentTarget.select();
      }}
      onInput={(event) => {
        setText(event.currentTarget.value);
      }}
      onBlur={take}
      onKeyDown={(event) => {
        const by = { ArrowUp: STEP_MINUTES, ArrowDown: -STEP_MINUTES }[event.key];
        if (event.key === "Enter") take();
        if (by === undefined) return;
        event.preventDefault();
        setText(null);
        onMinutes(minutes + by);
      }}
    />
  );
}

function PeriodRow({ day, at, onDay }: { day: Day; at: number; onDay: (next: Day) => void }) {
  const { t, language } = useTechnical();
  const period = day[at];
  if (period === undefined) return null;
  const from = clockText(beginOf(day, at));
  const last = at === day.length - 1;
  const celsius = period.temperature_celsius;
  const change = (by: number) => () => {
    onDay(warm(day, at, celsius + by));
  };
  return (
    <li>
      <span class="from">
        {from} <span aria-hidden="true">–</span>
      </span>
      {last ? (
        <span class="until">{clockText(DAY_MINUTES)}</span>
      ) : (
        <EndField
          label={t("week.until", { from })}
          minutes={period.until_minutes}
          onMinutes={(minutes) => {
            onDay(moveEnd(day, at, minutes));
          }}
        />
      )}
      <span class="warmth" role="group" aria-label={t("week.temperature", { from })}>
        <button type="button" aria-label={t("control.colder")} disabled={celsius <= COLDEST} onClick={change(-STEP_CELSIUS)}>
          <Icon name="minus" size={18} />
        </button>
        <output aria-live="polite">{degrees(celsius, language)}</output>
        <button type="button" aria-label={t("control.warmer")} disabled={celsius >= WARMEST} onClick={change(STEP_CELSIUS)}>
          <Icon name="plus" size={18} />
        </button>
      </span>
      <span class="tools">
        <button
          type="button"
          aria-label={t("week.split", { from })}
          title={t("week.split", { from })}
          disabled={!canSplit(day, at)}
          onClick={() => {
            onDay(split(day, at));
          }}
        >
          <Icon name="cut" size={18} />
        </button>
        <button
          type="button"
          aria-label={t("week.remove", { from })}
          title={t("week.remove", { from })}
          disabled={day.length <= 1}
          onClick={() => {
            onDay(remove(day, at));
          }}
        >
          <Icon name="close" size={18} />
        </button>
      </span>
    </li>
  );
}
