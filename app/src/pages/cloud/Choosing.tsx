// Which series a purpose has: those that are chosen, and all that this home could have leave.

import { useCallback } from "preact/hooks";
import { historiesApi } from "../../api/histories";
import { namesOf } from "../../state/cloud";
import type { CourseGroup } from "../../state/courses";
import { useCloudTexts } from "../../texts/cloud";
import { useAct } from "../privacy/shared";

interface ChoosingProps {
  activity: string;
  series: string[];
  set: (series: string[]) => void;
  groups: CourseGroup[];
  most: number;
  again: () => void;
}

export function Choosing({ activity, series, set, groups, most, again }: ChoosingProps) {
  const { t, language } = useCloudTexts();
  const [, change] = useAct(
    useCallback(
      async (id: string, on: boolean) => {
        try {
          set(await historiesApi(language).choose(activity, on ? [id] : [], on ? [] : [id]));
        } finally {
          again();
        }
      },
      [activity, language, set, again],
    ),
  );
  const toggle = (id: string, on: boolean) => {
    set(on ? [...series, id].sort() : series.filter((one) => one !== id));
    change(id, on);
  };
  const names = namesOf(groups);
  const full = series.length >= most;
  return (
    <>
      <h3>{t("cloud.series")}</h3>
      {series.length === 0 && <p>{t("cloud.series.none")}</p>}
      <ul class="chosen">
        {series.map((id) => {
          const name = names.get(id) ?? t("cloud.series.gone", { id });
          return (
            <li key={id} data-series={id}>
              <span>{name}</span>
              <button
                type="button"
                aria-label={t("cloud.out.of", { name })}
                onClick={() => {
                  toggle(id, false);
                }}
              >
                {t("cloud.out")}
              </button>
            </li>
          );
        })}
      </ul>
      <details>
        <summary>{t("cloud.series.choose", { count: series.length, most })}</summary>
        <p class="quiet">{t("cloud.series.hint")}</p>
        {full && <p role="status">{t("cloud.series.full", { most })}</p>}
        {groups.length === 0 && <p>{t("cloud.series.nothing")}</p>}
        {groups.map(({ device, values }) => (
          <fieldset key={device}>
            <legend>{device}</legend>
            {values.map(({ id, label }) => (
              <label class="tick" key={id}>
                <input
                  type="checkbox"
                  value={id}
                  checked={series.includes(id)}
                  disabled={full && !series.includes(id)}
                  onChange={(event) => {
                    toggle(id, event.currentTarget.checked);
                  }}
                />
                <span>{label}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </details>
    </>
  );
}
