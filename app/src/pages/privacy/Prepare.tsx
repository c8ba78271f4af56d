// A yes to a remote diagnosis, prepared: ticket, groups, how long; then the exact bytes.

import { useCallback, useState } from "preact/hooks";
import type { Activity, Preview } from "../../api/types";
import { question, whoAmI } from "../../gate/phone";
import type { Form } from "../../gate/yes";
import { client } from "../../state/app";
import { useCentre } from "../../texts/privacy";
import { Choice } from "./Give";
import { type Made, Previewed } from "./Previewed";
import { useAct } from "./shared";

const LONGEST_TICKET = 40;

/** What would leave; under the gate's signature where this browser is a phone. */
async function previewOf(activity: string, groups: string[], ticket: string): Promise<Preview> {
  const { phone } = await whoAmI();
  if (phone === null) return client.preview(activity, groups, ticket);
  const { told, text } = await question("previews", "preview", { activity, groups, ticket });
  return { ...(told as unknown as Preview), text: text ?? "", command: "" };
}

/** offered: a ticket that was chosen for it. */
export function Prepare({ activity, again, offered = "" }: { activity: Activity; again: () => void; offered?: string }) {
  const { groups, recipients } = activity;
  const { t } = useCentre();
  const longest = activity.longest_days ?? 1;
  const [ticket, setTicket] = useState(offered);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [name, setName] = useState<string | null>(recipients.length === 1 ? (recipients[0]?.name ?? null) : null);
  const [form, setForm] = useState<Form | null>(null);
  const [days, setDays] = useState("1");
  const [missing, setMissing] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const count = Math.min(longest, Math.max(1, Math.floor(Number(days)) || 1));
  const [running, show] = useAct(
    useCallback(async () => {
      setMade(null);
      if (form === null) return;
      const chosen = groups.map((group) => group.id).filter((id) => ticked.has(id));
      const preview = await previewOf(activity.id, chosen, ticket.trim());
      const recipient = recipients.find((one) => one.name === name) ?? null;
      setMade({ preview, groups: chosen, ticket: ticket.trim(), recipient, form, days: count });
    }, [activity.id, groups, recipients, ticked, ticket, name, form, count]),
  );
  /** What is shown must be what would be agreed to: any change takes it away. */
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setMade(null);
  };
  const toggle = (id: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    change(setTicked)(next);
  };
  const ready = ticket.trim() !== "" && ticked.size > 0 && form !== null && (name !== null || recipients.length === 0);
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
            maxLength={LONGEST_TICKET}
            autocomplete="off"
            spellcheck={false}
            aria-describedby="ticket-hint"
            aria-invalid={missing && ticket.trim() === ""}
            onInput={(event) => {
              change(setTicket)(event.currentTarget.value);
            }}
          />
          <small id="ticket-hint">{t("diagnosis.ticket.hint")}</small>
        </label>
        <Asking activity={activity} name={name} choose={change(setName)} />
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
        <Choice
          legend={t("diagnosis.form")}
          name="form"
          options={[
            ["once", t("diagnosis.form.once")],
            ["until", t("diagnosis.form.until", { days: longest })],
          ]}
          chosen={form}
          choose={(value) => {
            change(setForm)(value as Form);
          }}
        />
        {form === "until" && (
          <label class="field">
            <span>{t("diagnosis.days", { days: longest })}</span>
            <input
              type="number"
              min={1}
              max={longest}
              value={days}
              onInput={(event) => {
                change(setDays)(event.currentTarget.value);
              }}
            />
          </label>
        )}
        <div role="alert">{missing && !ready && <p class="bad">{t("diagnosis.preview.need")}</p>}</div>
        <button type="submit" class="primary wide" disabled={running}>
          {t("diagnosis.preview")}
        </button>
      </form>
      {made !== null && (
        <Previewed
          key={made.preview.preview}
          made={made}
          activity={activity}
          onDone={() => {
            setMade(null);
            again();
          }}
        />
      )}
    </section>
  );
}

/** Who asks, and what for. */
function Asking(props: { activity: Activity; name: string | null; choose: (name: string) => void }) {
  const { t, tr, language } = useCentre();
  const { activity, name, choose } = props;
  const countries = new Intl.DisplayNames([language], { type: "region" });
  const line = (one: Activity["recipients"][number]) =>
    t("privacy.recipient.line", {
      name: one.name,
      role: tr(`role.${one.role}`, one.role),
      country: countries.of(one.country) ?? one.country,
    });
  const [only] = activity.recipients;
  return (
    <>
      {activity.recipients.length > 1 ? (
        <Choice
          legend={t("diagnosis.who")}
          name="recipient"
          options={activity.recipients.map((one) => [one.name, line(one)])}
          chosen={name}
          choose={choose}
        />
      ) : (
        <p>
          <strong>{t("diagnosis.who")}</strong> {only === undefined ? t("privacy.recipient.none") : line(only)}
        </p>
      )}
      <p>
        <strong>{t("diagnosis.why")}</strong> {activity.purpose}
      </p>
    </>
  );
}
