// One value of the home over time.

import { Chart } from "../parts/Chart";
import { Title } from "../parts/Frame";
import { useRole } from "../parts/hooks";
import { home } from "../state/app";
import { describe, kindOf, place } from "../state/faces";
import type { Home } from "../state/home";
import { distinctName, sorted } from "../state/names";
import { valueName } from "../state/reading";
import { isVisitor } from "../state/roles";
import { historyLink } from "../state/route";
import { charted, favourite } from "../state/series";
import { useSelect } from "../state/store";
import { type Texts, useTexts } from "../texts";

interface Choice {
  id: string;
  label: string;
}

/** Every value that can be charted, grouped by device; no two are called the same. */
function choices({ devices, rooms }: Home, texts: Texts): { device: string; values: Choice[] }[] {
  return sorted(devices.values(), texts)
    .map((device) => ({
      device: distinctName(device, devices.values(), rooms, texts),
      values: charted(device).map(({ channel, name }) => ({
        id: `${device.address}:${channel.index}.${name}`,
        label: valueName(device, channel, name, texts),
      })),
    }))
    .filter((group) => group.values.length > 0);
}

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
  const devices = useSelect(home, (state) => state.devices);
  const rooms = useSelect(home, (state) => state.rooms);
  const groups = choices({ ...home.get(), devices, rooms }, texts);
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
    </>
  );
}
