// Once, after the first owner's pairing: the name and the timezone, which a set-up with a password brings along.

import { useCallback, useEffect, useState } from "preact/hooks";
import { accountApi, type Account } from "../api/account";
import { keep, read } from "../gate/memory";
import { useAction } from "../parts/hooks";
import { client, tell } from "../state/app";
import { ownTimezone } from "../state/timezone";
import { useAccountTexts } from "../texts/account";

export function FirstRun({ account }: { account: Account }) {
  const { t, language } = useAccountTexts();
  const [name, setName] = useState(account.name);
  const [open, setOpen] = useState(false);
  const zone = ownTimezone();
  useEffect(() => {
    void read("asked").then((asked) => {
      setOpen(asked === null);
    });
  }, []);
  const [running, save] = useAction(
    useCallback(async () => {
      const given = name.trim();
      await accountApi(client, language).change(given === "" ? { timezone: zone } : { name: given, timezone: zone });
      tell(t("account.saved"));
      setOpen(false);
    }, [language, name, zone, t]),
  );
  if (!open) return null;
  return (
    <section class="card" aria-labelledby="first-run">
      <h2 id="first-run">{t("first.title")}</h2>
      <p>{t("first.text")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("setup.name")}</span>
          <input
            value={name}
            maxLength={60}
            autocomplete="name"
            aria-describedby="first-hint"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <small id="first-hint">{t("first.name.hint")}</small>
        </label>
        <p>{t("first.zone", { zone })}</p>
        <div class="buttons">
          <button
            type="button"
            disabled={running}
            onClick={() => {
              setOpen(false);
              void keep("asked", true);
            }}
          >
            {t("first.later")}
          </button>
          <button type="submit" class="primary" disabled={running}>
            {t("account.save")}
          </button>
        </div>
      </form>
    </section>
  );
}
