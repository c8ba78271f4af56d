// Putting right (Art. 16) what people wrote: names of people, rooms, devices. Values are the devices' word.

import { useCallback, useState } from "preact/hooks";
import { useLoad } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import type { Records } from "../../state/holdings";
import { useCentre } from "../../texts/privacy";
import { useAct } from "./shared";

const CORRECTABLE = ["hub.people", "hub.rooms", "hub.devices"] as const;
const LONGEST = 64;

interface Named {
  record: string;
  name: string;
}

/** Ids and names of one holding. */
async function namesOf(holding: string): Promise<Named[]> {
  if (holding === "") return [];
  const { columns, rows } = await client.ask<Records>("rights.records", { holding, after: 0, limit: 1000 });
  const [id, name] = [Math.max(columns.indexOf("id"), columns.indexOf("address")), columns.indexOf("name")];
  return rows.map((row) => ({ record: String(row[id] ?? ""), name: String(row[name] ?? "") }));
}

export function Correct() {
  const { t } = useCentre();
  const [holding, setHolding] = useState<string>("");
  const [record, setRecord] = useState("");
  const [value, setValue] = useState("");
  const [loaded, again] = useLoad(() => namesOf(holding), holding);
  const named = loaded.state === "here" ? loaded.value : [];
  const [running, correct] = useAct(
    useCallback(async () => {
      await client.ask<null>("rights.correct", { holding, record, field: "name", value: value.trim() });
      tell(t("data.correct.done"));
      again();
    }, [holding, record, value, again, t]),
  );
  return (
    <section class="card" aria-labelledby="correct">
      <h2 id="correct">{t("data.correct")}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          correct();
        }}
      >
        <label class="field">
          <span>{t("data.correct.what")}</span>
          <select
            value={holding}
            onChange={(event) => {
              setHolding(event.currentTarget.value);
              setRecord("");
              setValue("");
            }}
          >
            <option value="">{t("data.choose")}</option>
            {CORRECTABLE.map((name) => (
              <option key={name} value={name}>
                {t(`data.correct.${name}`)}
              </option>
            ))}
          </select>
        </label>
        {named.length > 0 && (
          <label class="field">
            <span>{t("data.correct.which")}</span>
            <select
              value={record}
              onChange={(event) => {
                setRecord(event.currentTarget.value);
                setValue(named.find((one) => one.record === event.currentTarget.value)?.name ?? "");
              }}
            >
              <option value="">{t("data.choose")}</option>
              {named.map((one) => (
                <option key={one.record} value={one.record}>
                  {one.name === "" ? one.record : one.name}
                </option>
              ))}
            </select>
          </label>
        )}
        {record !== "" && (
          <label class="field">
            <span>{t("data.correct.right")}</span>
            <input
              value={value}
              maxLength={LONGEST}
              onInput={(event) => {
                setValue(event.currentTarget.value);
              }}
            />
          </label>
        )}
        <button type="submit" class="wide" disabled={running || record === "" || value.trim() === ""}>
          {t("data.correct.do")}
        </button>
      </form>
    </section>
  );
}
