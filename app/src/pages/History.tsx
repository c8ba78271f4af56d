// One value of the home over time.

import { Chart } from "../parts/Chart";
import { Title } from "../parts/Frame";
import { useRole } from "../parts/hooks";
import { home } from "../state/app";
import { describe, kindOf, place } from "../state/faces";
import { courses } from "../state/courses";
import { distinctName } from "../state/names";
import { valueName } from "../state/reading";
import { isVisitor } from "../state/roles";
import { historyLink } from "../state/route";
import { favourite } from "../state/series";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Row, Rows } from "./More";

export function HistoryPage({ id }: { id: string | null }) {
  const { t } = useTexts();
  const visitor = isVisitor(useRole());
  return (
    <>
      <Title text={t("history.title")} />
      {visitor ? <p class="card">{t("app.residents")}</p> : <Whole id={id} />}
    </>
  );
}

function Whole({ id }: { id: string | null }) {
  const texts = useTexts();
  const { t } = texts;
  const owner = useRole() === "owner";
  const devices = useSelect(home, (state) => state.devices);
  const rooms = useSelect(home, (state) => state.rooms);
  const groups = courses({ devices, rooms }, texts);
  const chosen = id ?? favourite(groups.flatMap((group) => group.values.map((value) => value.id)));
  const at = chosen === null ? null : place(chosen);
  const parameter = chosen === null ? null : describe(devices, chosen);
  const device = at === null ? undefined : devices.get(at.device);
  const channel = device?.channels.find((candidate) => candidate.index === at?.channel);
  const name = device === undefined ? "" : distinctName(device, devices.values(), rooms, texts);
  return (
    <>
      {groups.length === 0 && <p class="quiet">{t("history.nothing")}</p>}
      {groups.length > 0 && (
        <div class="card">
          <label class="field">
            <span>{t("history.pick")}</span>
            <select
              value={chosen ?? ""}
              onChange={(event) => {
                // the page stays, so the focus stays on the list
                history.replaceState(null, "", historyLink(event.currentTarget.value));
                window.dispatchEvent(new HashChangeEvent("hashchange"));
              }}
            >
              {groups.map((group) => (
                <optgroup key={group.device} label={group.device}>
                  {group.values.map((value) => (
                    <option key={value.id} value={value.id}>
                      {group.device}: {value.label}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          </label>
        </div>
      )}
      {chosen !== null && at !== null && parameter !== null && device !== undefined && channel !== undefined && (
        <div class="card">
          <h2>{`${name}: ${valueName(device, channel, at.parameter, texts)}`}</h2>
          <Chart
            key={chosen}
            id={chosen}
            name={name}
            parameterName={at.parameter}
            parameter={parameter}
            kind={kindOf(channel)}
          />
        </div>
      )}
      {owner && (
        <Rows>
          <Row href="#/privacy/history" icon="shield" title={t("more.cloud")} text={t("more.cloud.text")} />
        </Rows>
      )}
    </>
  );
}
