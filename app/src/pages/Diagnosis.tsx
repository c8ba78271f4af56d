// Settings → Home Base → Remote diagnosis (notice 6.6): state and withdrawal first, then what it is, then preview
// and the command that agrees. Agreeing happens at the console in this stage; withdrawing is one tap here.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Activity, Preview } from "../api/types";
import { ActivityFacts, ActivityState } from "../parts/ActivityFacts";
import { Copy } from "../parts/Copy";
import { Failed } from "../parts/Failed";
import { Title } from "../parts/Frame";
import { useAction, useLoad, useNow } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { client, tell } from "../state/app";
import { bytes, clock, dateTime, MINUTE, number, SECOND, span } from "../state/format";
import { sha256 } from "../state/privacy";
import { useTexts } from "../texts";

const ID = "diagnosis.remote";
const LOOK_EVERY_MS = 5 * SECOND;
const LONGEST_DAYS = 14;

export function DiagnosisPage() {
  const { t, language } = useTexts();
  // consents are given elsewhere: look while this page is open
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useLoad(() => client.activities(language), `${language} ${turn}`);
  const activity =
    loaded.state === "here" ? loaded.value.activities.find((candidate) => candidate.id === ID) : undefined;
  return (
    <>
      <Title text={t("diagnosis.title")} back={{ href: "#/settings/base", label: t("base.title") }} />
      <p class="path quiet">
        <span class="hidden">{t("settings.path")}: </span>
        {t("settings.title")} › {t("base.title")} › {t("diagnosis.title")}
      </p>
      <p class="lead">{t("diagnosis.lead")}</p>
      {loaded.state === "failed" && <Failed again={again} />}
      {activity !== undefined && (
        <div class="columns">
          <div>
            <State activity={activity} again={again} />
            <Prepare activity={activity} />
          </div>
          <section class="card" aria-labelledby="about">
            <h2 id="about">{t("diagnosis.about")}</h2>
            <p class="quiet">{t("privacy.clause", { clause: activity.clause })}</p>
            <ActivityFacts activity={activity} />
            <p>{t("diagnosis.delete")}</p>
          </section>
        </div>
      )}
    </>
  );
}

function State({ activity, again }: { activity: Activity; again: () => void }) {
  const { t, language } = useTexts();
  const nowMs = useNow(MINUTE, activity.state === "active");
  const { grant } = activity;
  const [running, withdraw] = useAction(
    useCallback(async () => {
      const { cut, within_ms, entry } = await client.withdraw(ID);
      tell(
        entry === null
          ? t("diagnosis.withdrawn.unrecorded", { cut })
          : t("diagnosis.withdrawn", { cut, ms: number(within_ms, language), entry }),
      );
      again();
    }, [again, t, language]),
  );
  const end = grant?.until ?? null;
  const until = end === null ? null : Date.parse(end);
  const open = activity.state === "active" || activity.state === "suspended";
  return (
    <section class="card" aria-labelledby="state">
      <h2 id="state">{t("diagnosis.state")}</h2>
      <p>
        <ActivityState activity={activity} />
      </p>
      {grant !== null && open && (
        <p>
          <strong>
            {until === null
              ? t("diagnosis.active.once")
              : t("diagnosis.active.until", { at: dateTime(until, language), left: span(until - nowMs, language) })}
          </strong>{" "}
          {grant.ticket !== null && t("diagnosis.ticket.of", { ticket: grant.ticket })}{" "}
          {t("diagnosis.since", { at: dateTime(Date.parse(grant.since), language) })}
        </p>
      )}
      {open && (
        <button type="button" class="danger wide" disabled={running} onClick={withdraw}>
          <Icon name="stop" /> {t("diagnosis.withdraw")}
        </button>
      )}
    </section>
  );
}

function Prepare({ activity }: { activity: Activity }) {
  const { groups } = activity;
  const { t } = useTexts();
  const [ticket, setTicket] = useState("");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [missing, setMissing] = useState(false);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [running, show] = useAction(
    useCallback(async () => {
      setPreview(null);
      const chosen = groups.map((group) => group.id).filter((id) => ticked.has(id));
      setPreview(await client.preview(ID, chosen, ticket.trim()));
    }, [groups, ticked, ticket]),
  );
  const toggle = (id: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    setTicked(next);
    setPreview(null); // what is shown must be what would be agreed to
  };
  const ready = ticket.trim() !== "" && ticked.size > 0;
  return (
    <section class="card" aria-labelledby="prepare">
      <h2 id="prepare">{t("diagnosis.prepare")}</h2>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(!ready);
          if (ready) show();
        }}
      >
        <label class="field">
          <span>{t("diagnosis.ticket")}</span>
          <input
            value={ticket}
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            aria-describedby="ticket-hint"
            aria-invalid={missing && ticket.trim() === ""}
            onInput={(event) => {
              setTicket(event.currentTarget.value);
              setPreview(null);
            }}
          />
          <small id="ticket-hint">{t("diagnosis.ticket.hint")}</small>
        </label>
        <fieldset aria-describedby="groups-hint">
          <legend>{t("diagnosis.groups")}</legend>
          <p class="quiet" id="groups-hint">
            {t("diagnosis.groups.hint")}
          </p>
          {groups.map((group) => (
            <label class="tick" key={group.id}>
              <input
                type="checkbox"
                name="group"
                value={group.id}
                checked={ticked.has(group.id)}
                onChange={(event) => {
                  toggle(group.id, event.currentTarget.checked);
                }}
              />
              <span>{group.title}</span>
            </label>
          ))}
        </fieldset>
        <div role="alert">{missing && !ready && <p class="bad">{t("diagnosis.preview.need")}</p>}</div>
        <button type="submit" class="primary wide" disabled={running}>
          {t("diagnosis.preview")}
        </button>
      </form>
      {preview !== null && <Shown key={preview.preview} preview={preview} recipient={activity.recipients.length > 0} />}
    </section>
  );
}

function Shown({ preview, recipient }: { preview: Preview; recipient: boolean }) {
  const { t, language } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const [own, setOwn] = useState<string | null>(null);
  useEffect(() => {
    heading.current?.focus();
    void sha256(preview.text).then(setOwn);
  }, [preview]);
  const wrong = own !== null && own !== preview.sha256.toLowerCase();
  return (
    <div class="preview">
      <h3 tabIndex={-1} ref={heading}>
        {t("diagnosis.preview.title")}
      </h3>
      <pre class="bytes exact" tabIndex={0} role="region" aria-label={t("diagnosis.preview.title")}>
        {preview.text}
      </pre>
      <details>
        <summary>{t("diagnosis.preview.readable")}</summary>
        <pre class="bytes" tabIndex={0} role="region" aria-label={t("diagnosis.preview.readable")}>
          {indented(preview.text)}
        </pre>
      </details>
      <p class="breakable quiet">
        {t("diagnosis.preview.size", { bytes: bytes(preview.bytes, language), hash: preview.sha256 })}
      </p>
      {own !== null && (
        <p class={wrong ? "bad" : "good"} role={wrong ? "alert" : "status"}>
          <Icon name={wrong ? "warning" : "check"} size={18} /> {t(wrong ? "diagnosis.preview.wrong" : "diagnosis.preview.checked")}
        </p>
      )}
      {!wrong && (
        <>
          <Agree command={preview.command} recipient={recipient} />
          <p class="quiet">
            {t("diagnosis.preview.until", { at: clock(Date.parse(preview.expires_at), language) })}
          </p>
        </>
      )}
    </div>
  );
}

function Agree({ command, recipient }: { command: string; recipient: boolean }) {
  const { t } = useTexts();
  const [days, setDays] = useState("1");
  const count = Math.min(LONGEST_DAYS, Math.max(1, Math.floor(Number(days)) || 1));
  return (
    <>
      <h3>{t("diagnosis.command.title")}</h3>
      {recipient ? (
        <>
          <p>{t("diagnosis.command.text")}</p>
          <p>{t("diagnosis.command.once")}</p>
          <Copy text={command} label={t("diagnosis.command.once")} />
          <p>{t("diagnosis.command.until")}</p>
          <label class="field">
            <span>{t("diagnosis.command.days")}</span>
            <input
              type="number"
              min={1}
              max={LONGEST_DAYS}
              value={days}
              onInput={(event) => {
                setDays(event.currentTarget.value);
              }}
            />
          </label>
          <Copy text={command.replace("--once", `--for ${count}d`)} label={t("diagnosis.command.until")} />
        </>
      ) : (
        <p>
          <Icon name="warning" size={18} /> {t("diagnosis.command.recipient")}
        </p>
      )}
    </>
  );
}

/** JSON with one value per line; as it is where it is not JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
