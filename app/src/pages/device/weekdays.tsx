// Days of the week: their names, a day in words, a day as a strip.

import type { Day } from "../../api/memory";
import { number } from "../../state/format";
import { beginOf, clockText, DAY_MINUTES } from "../../state/week";

export const degrees = (celsius: number, language: string) => `${number(celsius, language, 0.5)}\u202f°C`;

/** "00:00–06:00 17.0 °C, 06:00–22:00 21.0 °C …" */
export function dayText(day: Day, language: string): string {
  return day
    .map(
      (period, at) =>
        `${clockText(beginOf(day, at))}–${clockText(period.until_minutes)} ${degrees(period.temperature_celsius, language)}`,
    )
    .join(", ");
}

const HEIGHT = 34;
const LOW = 12; // what differs in a home lies between; colder and warmer are drawn like these
const HIGH = 24;

/** Higher and stronger where it is warmer; numbers stand in the list below and in the button's name. */
export function Strip({ day }: { day: Day }) {
  return (
    <svg class="strip" viewBox={`0 0 ${DAY_MINUTES} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {day.map((period, at) => {
        const begin = beginOf(day, at);
        const share = Math.min(1, Math.max(0, (period.temperature_celsius - LOW) / (HIGH - LOW)));
        const height = 4 + share * (HEIGHT - 4);
        return (
          <rect
            key={begin}
            x={begin}
            y={HEIGHT - height}
            width={Math.max(0, period.until_minutes - begin)}
            height={height}
            opacity={0.35 + 0.65 * share}
          />
        );
      })}
    </svg>
  );
}
