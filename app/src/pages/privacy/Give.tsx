// A yes in three steps that stand on one page: what it is about, for how long, agree or leave it. What is signed is
// made from the same value as what is shown.

import { useCallback, useState } from "preact/hooks";
import type { Activity } from "../../api/types";
import { textOf } from "../../gate/attest";
import { me, state } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { type Form, grantOf, type Yes } from "../../gate/yes";
import { tell } from "../../state/app";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { PairFirst } from "./PhoneState";
import { useAct } from "./shared";
import { YesFacts } from "./YesFacts";

/** Ask for a challenge, sign exactly `yes`, send it. Throws Refused, NotConfirmed, Problem, NoPhone. */
export async function agree(yes: Yes, language: string): Promise<void> {
  await state("grant", (challenge) => grantOf(yes, language, textOf(challenge, "at"), Date.now()));
}

/** For activities whose data is made when it is needed: a term, or until it is withdrawn. */
export function Give({ activity, onDone }: { activity: Activity; onDone: () => void }) {
  const { t, tr, language } = useCentre();
  const phone = useSelect(me, (value) => value.phone);
  const forms = activity.forms.filter((form): form is Form => form === "until" || form === "standing");
  const [form, setForm] = useState<Form | null>(forms.length === 1 ? (forms[0] ?? null) : null);
  const [name, setName] = useState<string | null>(activity.recipients.length === 1 ? (activity.recipients[0]?.name ?? null) : null);
  const [ticket, setTicket] = useState("");
  const recipient = activity.recipients.find((one) => one.name === name);
  const yes: Yes | null =
    form === null || recipient === undefined || (activity.needs_ticket && ticket.trim() === "")
      ? null
      : { activity, recipient, form, days: activity.longest_days ?? 1, groups: activity.groups.map(({ id }) => id), ticket: ticket.trim(), sha256: null };
  const [running, give] = useAct(
    useCallback(async () => {
      if (yes === null) return;
      await agree(yes, language);
      tell(t("given"));
      onDone();
      await visit();
    }, [yes, language, onDone, t]),
  );
  if (phone === null) return <PairFirst />;
  return (
    <form
      class="give"
      onSubmit={(event) => {
        event.preventDefault();
        give();
      }}
    >
      {activity.recipients.length > 1 && (
        <Choice
          legend={t("privacy.recipient")}
          name={`recipient-${activity.id}`}
          options={activity.recipients.map((one) => [one.name, one.name])}
          chosen={name}
          choose={setName}
        />
      )}
      {forms.length > 1 && (
        <Choice
          legend={t("privacy.form")}
          name={`form-${activity.id}`}
          options={forms.map((one) => [one, tr(`privacy.form.${one}`, one, { days: activity.longest_days ?? 1 })])}
          chosen={form}
          choose={(value) => {
            setForm(value as Form);
          }}
        />
      )}
      {activity.needs_ticket && (
        <label class="field">
          <span>{t("diagnosis.ticket")}</span>
          <input
            value={ticket}
            maxLength={40}
            autocomplete="off"
            onInput={(event) => {
              setTicket(event.currentTarget.value);
            }}
          />
        </label>
      )}
      {yes !== null && <YesFacts yes={yes} />}
      <div class="buttons equal">
        <button type="submit" disabled={running || yes === null}>
          {t("give.yes")}
        </button>
        <button type="button" onClick={onDone}>
          {t("give.no")}
        </button>
      </div>
    </form>
  );
}

export function Choice(props: {
  legend: string;
  name: string;
  options: [string, string][];
  chosen: string | null;
  choose: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      {props.options.map(([value, label]) => (
        <label class="tick" key={value}>
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={props.chosen === value}
            onChange={() => {
              props.choose(value);
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
