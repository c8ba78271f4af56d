// A broken device's successor: what would move, then the move, then the way back.

import { useCallback, useState } from "preact/hooks";
import { memoryApi, type Replacement } from "../../api/memory";
import type { Device } from "../../api/types";
import { useChannelName, useDeviceName } from "../../parts/naming";
import { useNames } from "../../parts/names";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { useReasons } from "../../parts/reasons";
import { client, home, tell } from "../../state/app";
import { channelOf } from "../../state/links";
import { roomName, sorted } from "../../state/names";
import { deviceLink } from "../../state/route";
import { readLeftOut, successors } from "../../state/replacement";
import { Store, useSelect } from "../../state/store";
import { useTechnical } from "../../texts/technical";
import { plainName } from "./parameters";

/** The last replacement of this visit: its way back stays when the page is left. */
const latest = new Store<Replacement | null>(null);

export function ReplacePart({ device }: { device: Device }) {
  const texts = useTechnical();
  const { t } = texts;
  const devices = useSelect(home, (state) => state.devices);
  const done = useSelect(latest, (value) => value);
  const [successor, setSuccessor] = useState("");
  const [plan, setPlan] = useState<Replacement | null>(null);
  const [looking, look] = useAction(
    useCallback(async () => {
      setPlan(await memoryApi(client).replace(device.address, successor, true));
    }, [device.address, successor]),
  );
  const [running, replace] = useAction(
    useCallback(async () => {
      const moved = await memoryApi(client).replace(device.address, successor, false);
      latest.update(() => moved);
      setPlan(null);
      tell(t("replace.done"));
    }, [device.address, successor, t]),
  );
  const nameOf = useDeviceName();
  const candidates = successors(device, sorted(devices.values(), texts));
  const mine = done !== null && (done.old === device.address || done.new === device.address);
  return (
    <section class="card" aria-labelledby="replace">
      <h2 id="replace">{t("replace.title")}</h2>
      <p>{t("replace.lead")}</p>
      {mine && <Undo done={done} />}
      {candidates.length === 0 ? (
        <>
          <p class="quiet">{t("replace.nobody", { model: device.model })}</p>
          <a class="button" href="#/devices/teach-in">
            {t("devices.teach")}
          </a>
        </>
      ) : (
        <>
          <label class="field">
            <span>{t("replace.by")}</span>
            <select
              value={successor}
              onChange={(event) => {
                setSuccessor(event.currentTarget.value);
                setPlan(null);
              }}
            >
              <option value="">{t("links.choose")}</option>
              {candidates.map((one) => (
                <option key={one.address} value={one.address}>
                  {nameOf(one)}, {[...(one.model === device.model ? [] : [one.model]), one.address.replace(/^\w+:/, "")].join(", ")}
                </option>
              ))}
            </select>
          </label>
          <button type="button" disabled={successor === "" || looking} onClick={look}>
            {t("replace.look")}
          </button>
          {plan !== null && <Plan plan={plan} running={running} replace={replace} />}
        </>
      )}
    </section>
  );
}

const REFUSED = "not_written";
const partner = (what: string) => channelOf(what) !== null;

function Plan({ plan, running, replace }: { plan: Replacement; running: boolean; replace: () => void }) {
  const texts = useTechnical();
  const { t, tn } = texts;
  const name = useChannelName();
  const named = useNames();
  const rooms = useSelect(home, (state) => state.rooms);
  const room = roomName(rooms, plan.room);
  const swapped = useSelect(home, (state) => state.devices.get(plan.new)?.name ?? null);
  const words = useReasons("left_out", plan.left_out.length > 0);
  const refusals = useReasons("configuration", plan.left_out.length > 0);
  const why = (said: string) => {
    const { code, where, name: what } = readLeftOut(said);
    const told = words?.(code);
    // a refusal has a code of its own, everything else a parameter or a partner
    const detail = what === "" ? "" : code === REFUSED ? (refusals?.(what)?.title ?? "") : partner(what) ? name(what) : plainName(what, texts);
    const place = [channelOf(where) === null ? named(where) : name(where), detail];
    const label = place.filter((part) => part !== "").join(", ");
    return told === null || told === undefined ? said : `${label}: ${told.detail} ${told.way_out}`;
  };
  return (
    <div class="plan" role="status">
      <h3>{t("replace.plan")}</h3>
      <ul>
        {plan.name !== null && <li>{t("replace.name", { name: plan.name })}</li>}
        {room !== null && <li>{t("replace.room", { room })}</li>}
        {swapped !== null && <li>{t("replace.swapped", { name: swapped })}</li>}
        <li>{tn("replace.parameters", plan.parameters)}</li>
        {plan.series > 0 && <li>{tn("replace.series", plan.series)}</li>}
        {plan.peerings.length > 0 && (
          <li>
            {tn("replace.links", plan.peerings.length)}
            <ul>
              {plan.peerings.map(({ sender, receiver }) => (
                <li key={`${sender} ${receiver}`}>
                  {name(sender)} → {name(receiver)}
                </li>
              ))}
            </ul>
          </li>
        )}
      </ul>
      {plan.left_out.length > 0 && (
        <>
          <h3>{t("replace.left")}</h3>
          <ul>
            {plan.left_out.map((code) => (
              <li key={code}>{why(code)}</li>
            ))}
          </ul>
        </>
      )}
      <button type="button" class="primary" disabled={running} onClick={replace}>
        <Icon name="swap" size={18} /> {t(running ? "replace.running" : "replace.do")}
      </button>
    </div>
  );
}

function Undo({ done }: { done: Replacement }) {
  const { t } = useTechnical();
  const [running, undo] = useAction(
    useCallback(async () => {
      await memoryApi(client).undoReplacement(done.old, done.new);
      latest.update(() => null);
      tell(t("replace.undone"));
    }, [done, t]),
  );
  return (
    <div class="hintcard card" role="status">
      <p>
        <Icon name="check" size={18} />{" "}
        {t(done.written === "pending" ? "replace.pending" : "replace.moved", { parameters: done.parameters })}{" "}
        <a href={deviceLink(done.new)}>{t("replace.tonew")}</a>
      </p>
      <button type="button" disabled={running} onClick={undo}>
        {t("replace.undo")}
      </button>
    </div>
  );
}
