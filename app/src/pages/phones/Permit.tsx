// What a phone may, as fields: role, rooms, days and times, an end. What is wrong stands at its field, whoever found it.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import { Problem } from "../../api/problem";
import { useAction } from "../../parts/hooks";
import { home } from "../../state/app";
import { dayNames } from "../../state/format";
import { type Draft, faultsOf, FIRST_HOURS, firstEnd, type Part, partOf, ROLES, WEEK } from "../../state/permit";
import { explain } from "../../state/problems";
import { useSelect } from "../../state/store";
import { usePhoneTexts } from "../../texts/phones";

type Faults = Partial<Record<Part, string>>;

/** A draft that is sent when nothing is wrong with it; what the hub refuses of it is said at the field that it names. */
export function usePermit(first: Draft, before: Draft | null, send: (draft: Draft) => Promise<void>) {
  const texts = usePhoneTexts();
  const [draft, setDraft] = useState(first);
  const [tried, setTried] = useState(0);
  const [refused, setRefused] = useState<Problem | null>(null);
  const found = faultsOf(draft, Date.now(), before);
  const [running, save] = useAction(
    useCallback(async () => {
      setRefused(null);
      setTried((old) => old + 1);
      if (Object.keys(faultsOf(draft, Date.now(), before)).length > 0) return;
      try {
        await send(draft);
      } catch (error) {
        if (!(error instanceof Problem) || partOf(error.body.field) === null) throw error;
        setRefused(error);
        setTried((old) => old + 1);
      }
    }, [draft, before, send]),
  );
  const faults: Faults = {};
  if (tried > 0) for (const [part, fault] of Object.entries(found)) faults[part as Part] = texts.t(`permit.fault.${fault}`);
  const part = partOf(refused?.body.field);
  if (refused !== null && part !== null) {
    const { text, wayOut } = explain(refused, texts);
    faults[part] = wayOut === null ? text : `${text} ${wayOut}`;
  }
  const change = (changes: Partial<Draft>) => {
    setRefused(null);
    setDraft((old) => ({ ...old, ...changes }));
  };
  return { draft, change, faults, isRight: Object.keys(found).length === 0, tried, running, save };
}

interface FieldsProps {
  draft: Draft;
  onChange: (changes: Partial<Draft>) => void;
  faults: Faults;
  /** Grows with each try to save: the focus goes to what is wrong. */
  tried: number;
}

export function PermitFields({ draft, onChange, faults, tried }: FieldsProps) {
  const { t } = usePhoneTexts();
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tried > 0) whole.current?.querySelector<HTMLElement>("[data-fault] :is(input, select)")?.focus();
  }, [tried]);
  return (
    <div ref={whole}>
      <label class="field" data-fault={faults.role === undefined ? undefined : "role"}>
        <span>{t("phones.role")}</span>
        <select
          value={draft.role}
          onChange={(event) => {
            onChange({ role: event.currentTarget.value as Draft["role"] });
          }}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`phones.role.${one}`)}
            </option>
          ))}
        </select>
        {faults.role !== undefined && (
          <small class="bad" role="alert">
            {faults.role}
          </small>
        )}
      </label>
      {draft.role === "owner" ? (
        <p class="quiet">{t("permit.owner")}</p>
      ) : (
        <>
          <Rooms rooms={draft.rooms} onChange={onChange} fault={faults.rooms} />
          <Times hours={draft.hours} onChange={onChange} fault={faults.hours} />
          <End until={draft.until} onChange={onChange} fault={faults.expires} />
        </>
      )}
    </div>
  );
}

interface LimitProps {
  part: Part;
  label: string;
  on: boolean;
  onOn: (on: boolean) => void;
  fault: string | undefined;
  children: ComponentChildren;
}

/** A tick, and below it what it limits. */
function Limit({ part, label, on, onOn, fault, children }: LimitProps) {
  const id = useId();
  return (
    <div class="limit" data-fault={fault === undefined ? undefined : part}>
      <label class="tick">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            onOn(event.currentTarget.checked);
          }}
        />
        <span>{label}</span>
      </label>
      {on && (
        <fieldset class="limited" aria-describedby={fault === undefined ? undefined : id}>
          <legend class="hidden">{label}</legend>
          {children}
        </fieldset>
      )}
      {fault !== undefined && (
        <p class="bad" id={id} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

interface PartProps {
  onChange: (changes: Partial<Draft>) => void;
  fault: string | undefined;
}

function Rooms({ rooms, onChange, fault }: PartProps & { rooms: Draft["rooms"] }) {
  const { t } = usePhoneTexts();
  const known = useSelect(home, (state) => state.rooms);
  return (
    <Limit
      part="rooms"
      label={t("permit.rooms")}
      on={rooms !== null}
      onOn={(on) => {
        onChange({ rooms: on ? [] : null });
      }}
      fault={fault}
    >
      {known.length === 0 && <p class="quiet">{t("permit.rooms.none")}</p>}
      <div class="choice">
        {known.map(({ id, name }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={rooms?.includes(id) === true}
              onChange={() => {
                onChange({ rooms: toggled(rooms ?? [], id) });
              }}
            />
            {name}
          </label>
        ))}
      </div>
    </Limit>
  );
}

function Times({ hours, onChange, fault }: PartProps & { hours: Draft["hours"] }) {
  const { t, language } = usePhoneTexts();
  const now = hours ?? FIRST_HOURS;
  const [names, short] = [dayNames(language, "long"), dayNames(language, "short")];
  const time = (member: "from" | "to") => (
    <label class="field">
      <span>{t(`permit.hours.${member}`)}</span>
      <input
        type="time"
        required
        value={now[member]}
        onInput={(event) => {
          onChange({ hours: { ...now, [member]: event.currentTarget.value } });
        }}
      />
    </label>
  );
  return (
    <Limit
      part="hours"
      label={t("permit.hours")}
      on={hours !== null}
      onOn={(on) => {
        onChange({ hours: on ? FIRST_HOURS : null });
      }}
      fault={fault}
    >
      <div class="choice days">
        {WEEK.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              aria-label={names[day - 1]}
              checked={now.days.includes(day)}
              onChange={() => {
                onChange({ hours: { ...now, days: toggled(now.days, day) } });
              }}
            />
            {short[day - 1]}
          </label>
        ))}
      </div>
      <div class="fromto">
        {time("from")}
        {time("to")}
      </div>
      <p class="quiet">{t("permit.hours.text")}</p>
    </Limit>
  );
}

function End({ until, onChange, fault }: PartProps & { until: Draft["until"] }) {
  const { t } = usePhoneTexts();
  return (
    <Limit
      part="expires"
      label={t("permit.end")}
      on={until !== null}
      onOn={(on) => {
        onChange({ until: on ? firstEnd(Date.now()) : null });
      }}
      fault={fault}
    >
      <label class="field">
        <span>{t("permit.end.at")}</span>
        <input
          type="datetime-local"
          required
          value={until ?? ""}
          onInput={(event) => {
            onChange({ until: event.currentTarget.value });
          }}
        />
      </label>
    </Limit>
  );
}

const toggled = <T,>(all: readonly T[], one: T): T[] =>
  all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
