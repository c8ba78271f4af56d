// Messages that leave the house: to whom they may go, what became of each, whom to tell. For the owner.

import { useCallback, useState } from "preact/hooks";
import { accountApi } from "../../api/account";
import type { Messaging } from "../../api/messages";
import { useAction, useNow } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { faultsOf, NEW, tidied } from "../../state/contact";
import { SECOND } from "../../state/format";
import { useNotificationTexts } from "../../texts/notifications";
import { Shown, useGatePage, useMe } from "../privacy/shared";
import { People } from "./People";
import { Push } from "./Push";
import { Sent } from "./Sent";
import { Way } from "./Way";

const LOOK_EVERY_MS = 5 * SECOND; // what becomes of a message, and a yes or its end elsewhere

export function Ways() {
  const { t } = useNotificationTexts();
  useMe();
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useGatePage<Messaging>("/gate/v1/messages", String(turn));
  return (
    <section aria-labelledby="ways">
      <h2 id="ways">{t("ways.title")}</h2>
      <p class="quiet">{t("ways.text")}</p>
      <Shown loaded={loaded} again={again}>
        {(told) => (
          <>
            {told.ways.map((way) => (
              <Way
                key={way.id}
                way={way}
                services={told.services[way.kind].filter((one) => way.services.includes(one.name))}
                again={again}
              />
            ))}
            <Add told={told} again={again} />
            <Push again={again} />
            <People ways={told.ways} />
            <Sent ways={told.ways} />
          </>
        )}
      </Shown>
    </section>
  );
}

/** A number; the e-mail address is the account's, confirmed there. */
function Add({ told, again }: { told: Messaging; again: () => void }) {
  const { t, language } = useNotificationTexts();
  const [draft, setDraft] = useState(NEW);
  const [wrong, setWrong] = useState(false);
  const [running, save] = useAction(
    useCallback(async () => {
      const contact = tidied(draft);
      const faulty = faultsOf(contact).length > 0;
      setWrong(faulty);
      if (faulty) return;
      await accountApi(client, language).keepContact(contact, "");
      setDraft(NEW);
      tell(t("ways.added"));
      again();
    }, [language, draft, t, again]),
  );
  return (
    <div class="card">
      {!told.ways.some(({ kind }) => kind === "email") && (
        <p>
          {t("ways.email.none")} <a href="#/account">{t("ways.email.to")}</a>
        </p>
      )}
      <form
        noValidate
        aria-labelledby="ways-number"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h3 id="ways-number">{t("ways.number.add")}</h3>
        <label class="field">
          <span>{t("ways.number")}</span>
          <input
            inputMode="tel"
            value={draft.number}
            maxLength={32}
            autocomplete="off"
            aria-invalid={wrong}
            aria-describedby="ways-number-hint"
            onInput={(event) => {
              setDraft({ ...draft, number: event.currentTarget.value });
            }}
          />
          <small id="ways-number-hint" class={wrong ? "bad" : ""} role="status">
            {t("ways.number.hint")}
          </small>
        </label>
        <label class="field">
          <span>{t("ways.whose")}</span>
          <input
            value={draft.label}
            maxLength={64}
            autocomplete="off"
            onInput={(event) => {
              setDraft({ ...draft, label: event.currentTarget.value });
            }}
          />
        </label>
        <button type="submit" disabled={running}>
          {t("ways.add")}
        </button>
      </form>
    </div>
  );
}
