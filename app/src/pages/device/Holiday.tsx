// Holiday or party: one temperature from one moment to another; afterwards the week program goes on.

import { useCallback, useState } from "preact/hooks";
import type { Channel, Device } from "../../api/types";
import { useAction } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { DAY } from "../../state/format";
import { fieldText, holidayFault, nextHalfHour, STEP_MINUTES, submission } from "../../state/holiday";
import { COLDEST, STEP_CELSIUS, WARMEST } from "../../state/week";
import { useTechnical } from "../../texts/technical";

/** The CCU's name for the whole setting in one text. */
const SUBMIT = "PARTY_MODE_SUBMIT";
const USUAL_CELSIUS = 17;

export function Holiday({ device, channel }: { device: Device; channel: Channel }) {
  if (channel.parameters[SUBMIT]?.writable !== true) return null;
  return <Form id={`${device.address}:${channel.index}.${SUBMIT}`} />;
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
    <section class="card" aria-labelledby="holiday">
      <h2 id="holiday">{t("holiday.title")}</h2>
      <p class="quiet">{t("holiday.lead")}</p>
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
    </section>
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
