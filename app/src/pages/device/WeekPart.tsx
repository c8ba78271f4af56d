// A thermostat's week program: seven days, each a list of times and temperatures; what differs is written.

import { useCallback, useState } from "preact/hooks";
import { memoryApi, type Week, type Written } from "../../api/memory";
import type { Channel, Device } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/Failed";
import { useAction, useLoad, useRole } from "../../parts/hooks";
import { client } from "../../state/app";
import { dayNames } from "../../state/format";
import { changedDays, copyDay, faultOf, tidy, withDay } from "../../state/week";
import { useTechnical } from "../../texts/technical";
import { DayEditor } from "./DayEditor";
import { Holiday } from "./Holiday";
import { Outcome } from "./ParamsetEditor";
import { Waiting } from "./Waiting";
import { dayText, Strip } from "./weekdays";

/** Wall thermostats choose among three programs by this parameter. */
const CHOOSES_PROGRAM = "WEEK_PROGRAM_POINTER";

export function WeekPart({ device, channel }: { device: Device; channel: Channel }) {
  const { t } = useTechnical();
  const [program, setProgram] = useState(1);
  const [refresh, setRefresh] = useState(0);
  const [done, setDone] = useState<Written | null>(null);
  const address = `${device.address}:${channel.index}`;
  const news = (device.configuration ?? []).map((one) => `${one.what}${one.state}${one.at}`).join();
  const [several] = useLoad(
    () =>
      memoryApi(client)
        .paramset({ channel: `${device.address}:0`, paramset: "MASTER", peer: null }, false)
        .then(({ parameters }) => parameters[CHOOSES_PROGRAM] !== undefined)
        .catch(() => false),
    device.address,
  );
  const [loaded, again] = useLoad(
    () => memoryApi(client).week(address, program, refresh > 0),
    `${address} ${program} ${refresh} ${news}`,
  );
  return (
    <>
      <Waiting device={device} of={["WEEK_PROGRAM"]} />
      {several.state === "here" && several.value && (
        <fieldset class="choice">
          <legend>{t("week.program")}</legend>
          {[1, 2, 3].map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="program"
                checked={one === program}
                onChange={() => {
                  setProgram(one);
                }}
              />
              <span>{one}</span>
            </label>
          ))}
        </fieldset>
      )}
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("settings.reading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" && (
        <Editor
          key={`${program} ${JSON.stringify(loaded.value.days)}`}
          device={device}
          address={address}
          program={program}
          before={loaded.value.days}
          done={done}
          setDone={setDone}
          again={again}
          reread={() => {
            setRefresh((old) => old + 1);
          }}
        />
      )}
      <Holiday device={device} channel={channel} />
    </>
  );
}

interface EditorProps {
  device: Device;
  address: string;
  program: number;
  before: Week;
  /** What became of the last write; kept outside, because what is read back makes a new editor. */
  done: Written | null;
  setDone: (written: Written | null) => void;
  again: () => void;
  reread: () => void;
}

function Editor({ device, address, program, before, done, setDone, again, reread }: EditorProps) {
  const { t, tn, language } = useTechnical();
  const [week, setWeek] = useState(before);
  const [chosen, setChosen] = useState(0);
  const [asking, setAsking] = useState(false);
  const role = useRole();
  const [writing, write] = useAction(
    useCallback(async () => {
      setAsking(false);
      const { written } = await memoryApi(client).writeWeek(address, program, week.map(tidy));
      setDone(written);
      if (written !== "pending") again();
    }, [address, program, week, setDone, again]),
  );
  const names = dayNames(language, "long");
  const changed = changedDays(before, week);
  const fault = faultOf(week);
  const day = week[chosen] ?? [];
  return (
    <section class="card" aria-labelledby="week-title">
      <div class="readat">
        <h2 id="week-title">{t("week.title")}</h2>
        <button type="button" onClick={reread}>
          {t("settings.reread")}
        </button>
      </div>
      <p class="quiet">{t("week.lead")}</p>
      <div class="weekcolumns">
      <div class="weekdays" role="group" aria-label={t("week.days")}>
        {week.map((one, at) => (
          <button
            key={names[at]}
            type="button"
            class="weekday"
            aria-pressed={at === chosen}
            onClick={() => {
              setChosen(at);
            }}
          >
            <span class="dayname" aria-hidden="true">
              {names[at]?.slice(0, 2)}
              {changed.includes(at) && " •"}
            </span>
            <span class="hidden">{t("week.day", { day: names[at] ?? "", text: dayText(one, language) })}</span>
            <Strip day={one} />
          </button>
        ))}
        <p class="hours" aria-hidden="true">
          {[0, 6, 12, 18, 24].map((hour) => (
            <span key={hour}>{hour}</span>
          ))}
        </p>
      </div>
      <div>
      <DayEditor
        key={chosen}
        name={names[chosen] ?? ""}
        day={day}
        onDay={(next) => {
          setDone(null);
          setWeek((old) => withDay(old, chosen, next));
        }}
      />
      <Copy
        key={`copy ${chosen}`}
        from={chosen}
        names={names}
        onCopy={(to) => {
          setWeek((old) => copyDay(old, chosen, to));
        }}
      />
      </div>
      </div>
      <Outcome written={writing ? null : done} device={device} />
      {fault !== null && (
        <p class="hint" role="alert">
          {t(`week.fault.${fault}`)}
        </p>
      )}
      {(changed.length > 0 || writing) && done === null && (
        <div class="savebar">
          <span role="status">{writing ? t("settings.writing") : tn("week.changed", changed.length)}</span>
          <button
            type="button"
            disabled={writing}
            onClick={() => {
              setWeek(before);
            }}
          >
            {t("settings.discard")}
          </button>
          <button
            type="button"
            class="primary"
            disabled={writing || fault !== null || role !== "owner"}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t("settings.review")}
          </button>
        </div>
      )}
      {asking && (
        <Dialog
          title={t("review.title")}
          confirm={t("review.write")}
          onConfirm={write}
          onClose={() => {
            setAsking(false);
          }}
        >
          <ul class="review">
            {changed.map((at) => (
              <li key={at}>
                <strong>{names[at]}</strong>
                <p class="old">{dayText(before[at] ?? [], language)}</p>
                <p class="new">
                  <span aria-hidden="true">→ </span>
                  <span class="hidden">{t("review.to")} </span>
                  {dayText(week[at] ?? [], language)}
                </p>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </section>
  );
}

interface CopyProps {
  from: number;
  names: readonly string[];
  onCopy: (to: ReadonlySet<number>) => void;
}

function Copy({ from, names, onCopy }: CopyProps) {
  const { t } = useTechnical();
  const [to, setTo] = useState<ReadonlySet<number>>(new Set());
  const others = names.map((_, at) => at).filter((at) => at !== from);
  const sets: [string, number[]][] = [
    [t("week.copy.work"), others.filter((at) => at < 5)],
    [t("week.copy.end"), others.filter((at) => at >= 5)],
    [t("week.copy.all"), others],
  ];
  return (
    <details>
      <summary>{t("week.copy", { day: names[from] ?? "" })}</summary>
      <div class="chips">
        {sets.map(([words, days]) => (
          <button
            key={words}
            type="button"
            class="chip"
            onClick={() => {
              setTo(new Set(days));
            }}
          >
            {words}
          </button>
        ))}
      </div>
      <fieldset class="ticks">
        <legend class="hidden">{t("week.copy", { day: names[from] ?? "" })}</legend>
        {others.map((at) => (
          <label class="tick" key={at}>
            <input
              type="checkbox"
              checked={to.has(at)}
              onChange={(event) => {
                const next = new Set(to);
                if (event.currentTarget.checked) next.add(at);
                else next.delete(at);
                setTo(next);
              }}
            />
            <span>{names[at]}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        disabled={to.size === 0}
        onClick={() => {
          onCopy(to);
          setTo(new Set());
        }}
      >
        {t("week.copy.do")}
      </button>
    </details>
  );
}
