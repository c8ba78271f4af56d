// Phones that messages may go to, once somebody consented: added, changed, removed. Nothing is sent from here.

import { useCallback, useState } from "preact/hooks";
import { accountApi, type Contact, type Kind, type Reached } from "../../api/account";
import { Dialog } from "../../parts/Dialog";
import { useAction } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { contactsOf, type Fault, faultsOf, keyOf, NEW, tidied } from "../../state/contact";
import { useAccountTexts } from "../../texts/account";

const KINDS: readonly Kind[] = ["sms", "push"];

export function Contacts({ reached, again }: { reached: Reached; again: () => void }) {
  const { t, language } = useAccountTexts();
  const [open, setOpen] = useState<Contact | null>(null);
  const [leaving, setLeaving] = useState<Contact | null>(null);
  const rows = contactsOf(reached);
  const [removing, remove] = useAction(
    useCallback(
      async (contact: Contact) => {
        await accountApi(client, language).dropContact(contact);
        tell(t("contacts.removed", { number: contact.number }));
        again();
      },
      [language, t, again],
    ),
  );
  return (
    <section class="card" aria-labelledby="account-contacts">
      <h2 id="account-contacts">{t("contacts.title")}</h2>
      <p class="quiet">{rows.length === 0 ? t("contacts.none") : t("contacts.some")}</p>
      <ul class="plainlist apart">
        {rows.map((row) => (
          <li key={`${row.kind} ${keyOf(row)}`}>
            <p class="breakable">
              {t(`contacts.kind.${row.kind}`)} {row.number} {row.label}
              {row.device !== "" && <small> · {row.device}</small>}
            </p>
            <div class="buttons">
              <button
                type="button"
                aria-label={t("contacts.change.of", { number: row.number })}
                onClick={() => {
                  setOpen(row);
                }}
              >
                {t("contacts.change")}
              </button>
              <button
                type="button"
                class="danger"
                disabled={removing}
                aria-label={t("contacts.remove.of", { number: row.number })}
                onClick={() => {
                  setLeaving(row);
                }}
              >
                {t("contacts.remove")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <Fields
        key={open === null ? "" : keyOf(open)}
        before={open}
        onEnd={(changed) => {
          setOpen(null);
          if (changed) again();
        }}
      />
      {leaving !== null && (
        <Dialog
          title={t("contacts.remove.of", { number: leaving.number })}
          confirm={t("contacts.remove")}
          danger
          onClose={() => {
            setLeaving(null);
          }}
          onConfirm={() => {
            setLeaving(null);
            remove(leaving);
          }}
        >
          <p>{t("contacts.remove.text")}</p>
        </Dialog>
      )}
    </section>
  );
}

/** A new one, or one that is there; then its kind stays. */
function Fields({ before, onEnd }: { before: Contact | null; onEnd: (changed: boolean) => void }) {
  const { t, language } = useAccountTexts();
  const [draft, setDraft] = useState(before ?? NEW);
  const [tried, setTried] = useState(false);
  const faults = tried ? faultsOf(tidied(draft)) : [];
  const [running, save] = useAction(
    useCallback(async () => {
      const contact = tidied(draft);
      setTried(true);
      if (faultsOf(contact).length > 0) return;
      await accountApi(client, language).keepContact(contact, before === null ? "" : keyOf(before));
      tell(t("account.saved"));
      setDraft(NEW);
      setTried(false);
      onEnd(true);
    }, [language, draft, before, t, onEnd]),
  );
  const field = (name: Fault, label: string, hint: string, keyboard: "tel" | "text", longest: number) => (
    <label class="field">
      <span>{label}</span>
      <input
        inputMode={keyboard}
        value={draft[name]}
        maxLength={longest}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={faults.includes(name)}
        aria-describedby={`contact-${name}-said`}
        onInput={(event) => {
          setDraft({ ...draft, [name]: event.currentTarget.value });
        }}
      />
      <small id={`contact-${name}-said`} class={faults.includes(name) ? "bad" : ""} role="status">
        {faults.includes(name) ? t(`contacts.wrong.${name}`) : hint}
      </small>
    </label>
  );
  return (
    <form
      noValidate
      aria-labelledby="contact-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h3 id="contact-form">{before === null ? t("contacts.add") : t("contacts.change.of", { number: before.number })}</h3>
      {before === null && (
        <label class="field">
          <span>{t("contacts.kind")}</span>
          <select
            value={draft.kind}
            onChange={(event) => {
              setDraft({ ...draft, kind: event.currentTarget.value === "push" ? "push" : "sms" });
            }}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`contacts.kind.${kind}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {field("number", t("contacts.number"), t("contacts.number.hint"), "tel", 32)}
      {draft.kind === "push" && field("device", t("contacts.device"), t("contacts.device.hint"), "text", 64)}
      {field("label", t("contacts.label"), t("account.optional"), "text", 64)}
      <div class="buttons">
        {before !== null && (
          <button
            type="button"
            onClick={() => {
              onEnd(false);
            }}
          >
            {t("cancel")}
          </button>
        )}
        <button type="submit" disabled={running}>
          {before === null ? t("contacts.add.do") : t("account.save")}
        </button>
      </div>
    </form>
  );
}
