// Holiday or party: one temperature from one moment to another; afterwards the week program goes on.

import { useCallback, useState } from "preact/hooks";
import type { Channel, Device } from "../../api/types";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { usePoints } from "../../parts/live";
import { client, tell } from "../../state/app";
import { DAY, dateTime, isNumber } from "../../state/format";
import { ending, fieldText, holidayFault, nextHalfHour, STEP_MINUTES, STOP_PARTS, submission } from "../../state/holiday";
import { COLDEST, STEP_CELSIUS, WARMEST } from "../../state/week";
import { useTechnical } from "../../texts/technical";
import { degrees } from "./weekdays";

/** The CCU's name for the whole setting in one text. */
const SUBMIT = "PARTY_MODE_SUBMIT";
const PARTY = "PARTY-MODE";
const USUAL_CELSIUS = 17;

export function Holiday({ device, channel }: { device: Device; channel: Channel }) {
  const { t } = useTechnical();
  if (channel.parameters[SUBMIT]?.writable !== true) return null;
  const address = `${device.address}:${channel.index}`;
  return (
    <section class="card" aria-labelledby="holiday">
      <h2 id="holiday">{t("holiday.title")}</h2>
      <Running address={address} modes={channel.parameters.CONTROL_MODE?.enum ?? []} />
      <p class="quiet">{t("holiday.lead")}</p>
      <Form id={`${address}.${SUBMIT}`} />
    </section>
  );
}

/** The holiday that runs or is to come, as the thermostat told it, and its end by one tap. */
function Running({ address, modes }: { address: string; modes: readonly string[] }) {
  const { t, language } = useTechnical();
  const [mode, temperature, ...stop] = usePoints(
    ["CONTROL_MODE", "PARTY_TEMPERATURE", ...STOP_PARTS].map((name) => `${address}.${name}`),
  );
  const [running, end] = useAction(
    useCallback(async () => {
      await client.setValue(`${address}.AUTO_MODE`, true);
      tell(t("holiday.ended"));
    }, [address, t]),
  );
  if (mode === undefined || !isNumber(mode.value) || modes[mode.value] !== PARTY) return null;
  const until = ending(stop.map((point) => point?.value));
  const celsius = temperature?.value;
  return (
    <div class="hint" role="status">
      <Icon name="clock" size={18} />
      <div>
        <p>
          {until !== null && isNumber(celsius)
            ? t("holiday.running", { until: dateTime(until.getTime(), language), celsius: degrees(celsius, language) })
            : t("holiday.running.unknown")}
        </p>
        <button type="button" disabled={running} onClick={end}>
          {t("holiday.end")}
        </button>
      </div>
    </div>
  );
}

function Form({ id }: { id: string }) {
  const { t } = useTechnical();
  const begin = nextHalfHour(new Date());
  const [from, setFrom] = useState(fieldText(begin));
  const [until, setUntil] = useState(fieldText(new Date(begin.getTime() + DAY)));
  const [celsius, setCelsius] = useState(USUAL_CELSIUS);
  const fault = holidayFault(new Date(from), new Date(until), celsius, new Date());
  const [running, set] = useAction(
    useCallback(async () => {
      await client.setValue(id, submission(new Date(from), new Date(until), celsius));
      tell(t("holiday.done"));
    }, [id, from, until, celsius, t]),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (fault === null) set();
      }}
    >
      <Moment label={t("holiday.from")} value={from} onValue={setFrom} />
      <Moment label={t("holiday.until")} value={until} onValue={setUntil} />
      <label class="field">
        <span>{t("holiday.temperature")}</span>
        <input
          type="number"
          min={COLDEST}
          max={WARMEST}
          step={STEP_CELSIUS}
          value={celsius}
          onInput={(event) => {
            setCelsius(event.currentTarget.valueAsNumber);
          }}
        />
      </label>
      <p class="quiet" role="status">
        {fault === null ? t("holiday.steps") : t(`holiday.fault.${fault}`, { low: COLDEST, high: WARMEST })}
      </p>
      <button type="submit" disabled={running || fault !== null}>
        {t("holiday.do")}
      </button>
    </form>
  );
}

function Moment({ label, value, onValue }: { label: string; value: string; onValue: (text: string) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="datetime-local"
        step={STEP_MINUTES * 60}
        value={value}
        onInput={(event) => {
          onValue(event.currentTarget.value);
        }}
      />
    </label>
  );
}
