// What recipients have to delete: when the ticket closes, on day 28 at the latest; confirmed, or flagged until it is.

import { useCallback } from "preact/hooks";
import { page } from "../../gate/phone";
import { Copy } from "../../parts/Copy";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { tell } from "../../state/app";
import { type Deletion, rowsOf, ticketsOf } from "../../state/deletions";
import { dateTime } from "../../state/format";
import { useCentre } from "../../texts/privacy";
import { Shown, useAct, useGatePage } from "./shared";

/** when: of the last transfer, so that a new one is shown at once. */
export function Deletions({ when }: { when: string }) {
  const { t } = useCentre();
  const [loaded, again] = useGatePage<{ deletions: Deletion[] }>("/gate/v1/deletions", when);
  return (
    <section class="card" aria-labelledby="deletions">
      <h2 id="deletions">{t("deletions.title")}</h2>
      <Shown loaded={loaded} again={again}>
        {({ deletions }) => (deletions.length === 0 ? <p>{t("deletions.none")}</p> : <List deletions={deletions} again={again} />)}
      </Shown>
    </section>
  );
}

function List({ deletions, again }: { deletions: Deletion[]; again: () => void }) {
  const { t, tn, language } = useCentre();
  const role = useRole();
  const [running, close] = useAct(
    useCallback(
      async (ticket: string) => {
        const { value } = await page<{ deletions: number }>("/gate/v1/tickets", "POST", { ticket });
        tell(tn("deletions.told", value.deletions));
        again();
      },
      [again, tn],
    ),
  );
  return (
    <>
      <ul class="deletions">
        {rowsOf(deletions).map(({ one, count }) => {
          const flagged = one.state === "asked";
          const at = dateTime(Date.parse(one.due), language);
          return (
            <li key={one.transfer} data-state={one.state}>
              <Icon name={one.state === "confirmed" ? "check" : flagged ? "warning" : "clock"} size={18} />{" "}
              <strong>{t(`deletions.${one.state}`)}</strong> {[one.recipient, one.ticket || one.title].filter(Boolean).join(", ")}
              <small>
                {one.state === "waiting" && (one.ticket === "" ? tn("deletions.due.consent", count, { at }) : t("deletions.due", { at }))}
                {flagged && <Why one={one} />}
              </small>
              {flagged && <Letter {...one} />}
            </li>
          );
        })}
      </ul>
      {role === "owner" &&
        [...ticketsOf(deletions)].map(([ticket, what]) => (
          <button
            key={ticket}
            type="button"
            class="wide"
            disabled={running}
            onClick={() => {
              close(ticket);
            }}
          >
            {t(`deletions.${what}`, { ticket })}
          </button>
        ))}
    </>
  );
}

/** A letter to a recipient that did not confirm. ticket: "" for what has none. */
export function Letter({ transfer, ticket, due, attempts }: Pick<Deletion, "transfer" | "ticket" | "due" | "attempts">) {
  const { t, language } = useCentre();
  return (
    <details>
      <summary>{t("deletions.letter")}</summary>
      <Copy
        text={t(ticket === "" ? "deletions.letter.consent" : "deletions.letter.text", {
          ticket,
          transfer,
          at: dateTime(Date.parse(due), language),
          times: attempts,
        })}
        label={`${t("deletions.letter")}: ${transfer}`}
      />
    </details>
  );
}

/** What the recipient said last: a code of the gate in words, or what went wrong on the way. */
export function Why({ one }: { one: Pick<Deletion, "answer" | "attempts"> }) {
  const { t, tr } = useCentre();
  const answer = tr(`deletions.why.${one.answer}`, tr(`refused.${one.answer}`, one.answer)).replace(/\.$/, "");
  return <>{t("deletions.answer", { answer, times: one.attempts })}</>;
}
