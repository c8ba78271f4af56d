// Parameters with plain names, ranges and ages; changes are shown old → new before anything is sent.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { memoryApi, type Paramset, type ParamsetChange, type Place, type Written } from "../../api/memory";
import type { Device, Value } from "../../api/types";
import { Age } from "../../parts/Age";
import { Failed } from "../../parts/Failed";
import { useAction, useLoad } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, phase } from "../../state/app";
import { type Draft, edit, type Row, rows, search } from "../../state/paramset";
import { useSelect } from "../../state/store";
import { useTechnical } from "../../texts/technical";
import { ParameterField } from "./ParameterField";
import { isPlain, plainName } from "./parameters";
import { Review } from "./Review";

export interface EditorProps {
  device: Device;
  place: Place;
  title: string;
}

export function ParamsetEditor({ device, place, title }: EditorProps) {
  const { t } = useTechnical();
  const [refresh, setRefresh] = useState(0);
  // what was written comes back as news of the device
  const news = (device.configuration ?? []).map((one) => `${one.channel}${one.what}${one.state}${one.at}`).join();
  const [loaded, again] = useLoad(
    () => memoryApi(client).paramset(place, refresh > 0),
    `${place.channel} ${place.peer ?? ""} ${refresh} ${news}`,
  );
  if (loaded.state === "failed") return <Failed again={again} problem={loaded.problem} />;
  if (loaded.state === "loading") {
    return (
      <p class="quiet" role="status">
        {t("settings.reading")}
      </p>
    );
  }
  return (
    <Editor
      device={device}
      place={place}
      title={title}
      set={loaded.value}
      again={again}
      reread={() => {
        setRefresh((old) => old + 1);
      }}
    />
  );
}

interface LoadedProps extends EditorProps {
  set: Paramset;
  again: () => void;
  reread: () => void;
}

function Editor({ device, place, title, set, again, reread }: LoadedProps) {
  const texts = useTechnical();
  const { t, tn } = texts;
  const [draft, setDraft] = useState<Draft>({});
  const [faults, setFaults] = useState<ReadonlySet<string>>(new Set());
  const [turn, setTurn] = useState(0); // fields forget what was typed when the draft is thrown away or written
  const [asked, setAsked] = useState("");
  const [review, setReview] = useState<ParamsetChange | null>(null);
  const [done, setDone] = useState<Written | null>(null);
  const all = rows(set, (name) => isPlain(name, texts));
  const found = search(all, asked, (name) => plainName(name, texts));
  const owner = useSelect(phase, (state) => state.name === "in" && state.role === "owner");
  const changed = Object.keys(draft).length;
  useEffect(() => {
    if (changed > 0) setDone(null);
  }, [changed]);
  const [looking, look] = useAction(
    useCallback(async () => {
      setReview(await memoryApi(client).writeParamset(place, draft, true));
    }, [place, draft]),
  );
  const [writing, write] = useAction(
    useCallback(async () => {
      setReview(null);
      const { written } = await memoryApi(client).writeParamset(place, draft, false);
      setDraft({});
      setTurn((old) => old + 1);
      setDone(written);
      again();
    }, [place, draft, again]),
  );
  if (all.length === 0) return <p class="quiet">{t("settings.none")}</p>;
  const change = (row: Row) => (value: Value) => {
    setDraft((old) => edit(old, row, value));
  };
  const fault = (row: Row) => (wrong: boolean) => {
    setFaults((old) => {
      if (old.has(row.name) === wrong) return old;
      const next = new Set(old);
      if (wrong) next.add(row.name);
      else next.delete(row.name);
      return next;
    });
  };
  const list = (shown: readonly Row[]) => (
    <ul class="parameters">
      {shown.map((row) => (
        <ParameterField
          key={`${row.name} ${turn}`}
          row={row}
          drafted={draft[row.name]}
          readAt={set.read_at}
          mayWrite={owner}
          onValue={change(row)}
          onFault={fault(row)}
        />
      ))}
    </ul>
  );
  const plain = found.filter((row) => row.known);
  const expert = found.filter((row) => !row.known);
  return (
    <section class="card" aria-label={title}>
      <div class="readat">
        <p class="quiet">
          {set.reading && <>{t("settings.sleeps")} </>}
          {set.read_at === null || Object.keys(set.values).length === 0 ? (
            t("settings.assumed")
          ) : (
            <>
              {t("settings.read")} <Age at={set.read_at} />
            </>
          )}
        </p>
        <button type="button" onClick={reread}>
          {t("settings.reread")}
        </button>
      </div>
      {all.length > SEARCH_FROM && <SearchField text={asked} onText={setAsked} />}
      {plain.length > 0 && list(plain)}
      {found.length === 0 && <p class="quiet">{t("settings.nothing")}</p>}
      {expert.length > 0 && (
        <details open={asked !== "" || plain.length === 0}>
          <summary>{tn("settings.expert", expert.length)}</summary>
          <p class="quiet">{t("settings.expert.text")}</p>
          {list(expert)}
        </details>
      )}
      <Outcome written={writing ? null : done} device={device} />
      {(changed > 0 || writing) && (
        <div class="savebar">
          <span role="status">{writing ? t("settings.writing") : tn("settings.changed", changed)}</span>
          <button
            type="button"
            disabled={writing}
            onClick={() => {
              setDraft({});
              setTurn((old) => old + 1);
              setFaults(new Set());
            }}
          >
            {t("settings.discard")}
          </button>
          <button type="button" class="primary" disabled={looking || writing || faults.size > 0} onClick={look}>
            {t("settings.review")}
          </button>
        </div>
      )}
      {review !== null && (
        <Review
          changes={review.changes}
          set={set}
          onConfirm={write}
          onClose={() => {
            setReview(null);
          }}
        />
      )}
    </section>
  );
}

const SEARCH_FROM = 6; // fewer parameters are seen at a glance

function SearchField({ text, onText }: { text: string; onText: (text: string) => void }) {
  const { t } = useTechnical();
  return (
    <label class="field">
      <span>{t("settings.search")}</span>
      <input
        type="search"
        value={text}
        autocomplete="off"
        onInput={(event) => {
          onText(event.currentTarget.value);
        }}
      />
    </label>
  );
}

/** What became of it: read back and right, or as it was. What waits is said above, until the device took it. */
export function Outcome({ written, device }: { written: Written | null; device: Device }) {
  const { t } = useTechnical();
  const waited = useRef(false);
  const left = device.configuration ?? [];
  if (written !== "pending") waited.current = false;
  else if (left.some((one) => one.state === "pending")) waited.current = true;
  const said = written === "pending" ? (waited.current && left.length === 0 ? "verified" : null) : written;
  return (
    <div role="status">
      {said !== null && said !== "dry_run" && (
        <p class={`outcome ${said}`}>
          <Icon name="check" size={18} /> <span>{t(`written.${said}`)}</span>
        </p>
      )}
    </div>
  );
}
