// A problem reported to customer service (notice 6.6): words, the exact bytes, the yes; then the tickets that came of it.

import { useCallback, useState } from "preact/hooks";
import type { Activity } from "../../api/types";
import { page } from "../../gate/phone";
import { Icon } from "../../parts/Icon";
import { tell } from "../../state/app";
import { type Deletion, openTicketsOf } from "../../state/deletions";
import { dateTime } from "../../state/format";
import { useCentre } from "../../texts/privacy";
import { ActivityFacts, ActivityState } from "./ActivityFacts";
import { Letter } from "./Letter";
import { Nobody } from "./Nobody";
import { Shown, useAct, useGatePage } from "./shared";

const LONGEST = 1000;

/** diagnose: take this ticket for a diagnosis. */
export function Report({ activity, again, diagnose }: { activity: Activity; again: () => void; diagnose: (ticket: string) => void }) {
  const { t } = useCentre();
  const last = activity.last_transfer;
  return (
    <section class="card" aria-labelledby="report" data-letter={activity.id}>
      <div class="head">
        <h2 id="report" class="words">
          {t("report.title")}
        </h2>
        <ActivityState activity={activity} />
      </div>
      <p>{t("report.text")}</p>
      {activity.recipients.length === 0 ? <Nobody activity={activity} keys /> : <Written activity={activity} again={again} />}
      <Tickets when={last === null ? "" : `${last.at} ${last.result}`} diagnose={diagnose} />
      <details>
        <summary aria-label={t("privacy.facts.of", { title: activity.title })}>{t("privacy.facts")}</summary>
        <ActivityFacts activity={activity} />
      </details>
    </section>
  );
}

function Written({ activity, again }: { activity: Activity; again: () => void }) {
  const { t } = useCentre();
  const [description, setDescription] = useState("");
  const [email, setEmail] = useState("");
  const [serial, setSerial] = useState(false);
  const entered = {
    description: description.trim(),
    ...(email.trim() === "" ? {} : { email: email.trim() }),
    ...(serial ? {} : { serial: "" }),
  };
  return (
    <>
      <label class="field">
        <span>{t("report.description")}</span>
        <textarea
          rows={4}
          value={description}
          maxLength={LONGEST}
          aria-describedby="description-hint"
          onInput={(event) => {
            setDescription(event.currentTarget.value);
          }}
        />
        <small id="description-hint">{t("report.description.hint", { most: LONGEST })}</small>
      </label>
      <label class="field">
        <span>{t("report.email")}</span>
        <input
          type="email"
          value={email}
          maxLength={254}
          autocomplete="email"
          spellcheck={false}
          aria-describedby="report-email-hint"
          onInput={(event) => {
            setEmail(event.currentTarget.value);
          }}
        />
        <small id="report-email-hint">{t("report.email.hint")}</small>
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={serial}
          onChange={(event) => {
            setSerial(event.currentTarget.checked);
          }}
        />
        <span>{t("report.serial")}</span>
      </label>
      <Letter
        activity={activity}
        entered={entered}
        onDone={() => {
          again();
        }}
      />
    </>
  );
}

/** when: of the last report and what became of it, so that a new ticket is shown at once. */
function Tickets({ when, diagnose }: { when: string; diagnose: (ticket: string) => void }) {
  const { t } = useCentre();
  const [loaded, again] = useGatePage<{ deletions: Deletion[] }>("/gate/v1/deletions", when);
  return (
    <Shown loaded={loaded} again={again}>
      {({ deletions }) => {
        const open = openTicketsOf(deletions);
        return (
          open.length > 0 && (
            <>
              <h3>{t("report.tickets")}</h3>
              <ul class="plainlist apart">
                {open.map((one) => (
                  <One key={one.transfer} one={one} again={again} diagnose={diagnose} />
                ))}
              </ul>
            </>
          )
        );
      }}
    </Shown>
  );
}

interface Answer {
  state: "open" | "closed" | "";
  what: string;
}

function One({ one, again, diagnose }: { one: Deletion; again: () => void; diagnose: (ticket: string) => void }) {
  const { t, language } = useCentre();
  const { ticket, recipient } = one;
  const [asking, ask] = useAct(
    useCallback(async () => {
      const { value } = await page<Answer>(`/gate/v1/tickets/questions?lang=${language}`, "POST", { ticket });
      tell(t(`report.state.${value.state === "" ? "unknown" : value.state}`, { ticket, what: value.what }));
      again();
    }, [ticket, language, t, again]),
  );
  return (
    <li data-ticket={ticket}>
      <p>
        <Icon name="clock" size={18} /> <strong>{ticket}</strong>{" "}
        {t("report.ticket.line", { recipient, at: dateTime(Date.parse(one.due), language) })}
      </p>
      <div class="buttons equal">
        <button type="button" disabled={asking} aria-label={t("report.ask.of", { ticket })} onClick={ask}>
          {t("report.ask")}
        </button>
        <button
          type="button"
          aria-label={t("report.diagnose.of", { ticket })}
          onClick={() => {
            diagnose(ticket);
          }}
        >
          {t("report.diagnose")}
        </button>
      </div>
    </li>
  );
}
