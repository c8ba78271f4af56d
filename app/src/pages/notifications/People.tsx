// Whom to tell of what waits: by which ways, in which order, and when not.

import { useCallback, useState } from "preact/hooks";
import { messagesApi, type MessageWay, type Told } from "../../api/messages";
import { Failed } from "../../parts/Failed";
import { useAction, useLoad } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { askedOf, type Draft, draftOf, type Fault, faultsOf, NEW, toggled } from "../../state/told";
import { clockText } from "../../state/week";
import { useNotificationTexts } from "../../texts/notifications";
import { wayName } from "./Way";

export function People({ ways }: { ways: readonly MessageWay[] }) {
  const { t, language } = useNotificationTexts();
  const [loaded, again] = useLoad(() => messagesApi(client, language).people(), "people");
  const [open, setOpen] = useState<Told | null>(null);
  const nameOf = (id: string) => {
    const way = ways.find((one) => one.id === id);
    return way === undefined ? t("told.way.gone") : `${t(`ways.kind.${way.kind}`)} ${wayName(way, t("ways.browser"))}`;
  };
  const [removing, remove] = useAction(
    useCallback(
      async ({ id }: Told) => {
        await messagesApi(client, language).dropPerson(id);
        again();
      },
      [language, again],
    ),
  );
  if (loaded.state === "failed") return <Failed again={again} problem={loaded.problem} />;
  if (loaded.state === "loading") return null;
  const { people } = loaded.value;
  return (
    <section class="card" aria-labelledby="told">
      <h3 id="told">{t("told.title")}</h3>
      <p class="quiet">{t(people.length === 0 ? "told.none" : "told.text")}</p>
      <ul class="plainlist apart">
        {people.map((one) => (
          <li key={one.id} data-told={one.name}>
            <p class="breakable">
              <strong>{one.name}</strong>: {one.ways.map((id, at) => `${at + 1}. ${nameOf(id)}`).join("; ")}
              {one.quiet_from !== null && one.quiet_to !== null && (
                <small> · {t("told.quiet.is", { from: clockText(one.quiet_from), to: clockText(one.quiet_to) })}</small>
              )}
            </p>
            <div class="buttons">
              {ways.length > 0 && (
                <button
                  type="button"
                  aria-label={t("told.change.of", { name: one.name })}
                  onClick={() => {
                    setOpen(one);
                  }}
                >
                  {t("told.change")}
                </button>
              )}
              <button
                type="button"
                disabled={removing}
                aria-label={t("told.remove.of", { name: one.name })}
                onClick={() => {
                  remove(one);
                }}
              >
                {t("told.remove")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {ways.length === 0 && <p>{t("told.ways.none")}</p>}
      {ways.length > 0 && (
        <Fields
          key={open?.id ?? ""}
          before={open}
          ways={ways}
          onEnd={() => {
            setOpen(null);
            again();
          }}
        />
      )}
    </section>
  );
}

function Fields({ before, ways, onEnd }: { before: Told | null; ways: readonly MessageWay[]; onEnd: () => void }) {
  const { t, language } = useNotificationTexts();
  const [draft, setDraft] = useState<Draft>(
    before === null
      ? NEW
      : draftOf(
          before,
          ways.map(({ id }) => id),
        ),
  );
  const [faults, setFaults] = useState<Fault[]>([]);
  const [running, save] = useAction(
    useCallback(async () => {
      const found = faultsOf(draft);
      setFaults(found);
      if (found.length > 0) return;
      await messagesApi(client, language).setPerson(askedOf(draft));
      tell(t("told.saved", { name: draft.name.trim() }));
      setDraft(NEW);
      onEnd();
    }, [draft, language, t, onEnd]),
  );
  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
  };
  return (
    <form
      noValidate
      aria-labelledby="told-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h4 id="told-form">{before === null ? t("told.add") : t("told.change.of", { name: before.name })}</h4>
      <label class="field">
        <span>{t("told.name")}</span>
        <input
          value={draft.name}
          maxLength={64}
          autocomplete="off"
          readOnly={before !== null}
          aria-invalid={faults.includes("name")}
          onInput={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
      </label>
      <fieldset>
        <legend>{t("told.ways")}</legend>
        {ways.map((way) => (
          <label class="tick" key={way.id}>
            <input
              type="checkbox"
              checked={draft.ways.includes(way.id)}
              onChange={() => {
                change({ ways: toggled(draft.ways, way.id) });
              }}
            />
            <span class="breakable">
              {draft.ways.includes(way.id) && `${draft.ways.indexOf(way.id) + 1}. `}
              {t(`ways.kind.${way.kind}`)} {wayName(way, t("ways.browser"))}
              {way.consent === null && ` (${t("ways.off")})`}
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t("told.quiet")}</legend>
        {(["from", "to"] as const).map((end) => (
          <label class="field" key={end}>
            <span>{t(`told.quiet.${end}`)}</span>
            <input
              type="time"
              value={draft[end]}
              aria-invalid={faults.includes("quiet")}
              onInput={(event) => {
                change({ [end]: event.currentTarget.value });
              }}
            />
          </label>
        ))}
      </fieldset>
      <div role="alert">
        {faults.map((fault) => (
          <p class="bad" key={fault}>
            {t(`told.wrong.${fault}`)}
          </p>
        ))}
      </div>
      <div class="buttons">
        {before !== null && (
          <button type="button" onClick={onEnd}>
            {t("cancel")}
          </button>
        )}
        <button type="submit" disabled={running}>
          {t("told.save")}
        </button>
      </div>
    </form>
  );
}
