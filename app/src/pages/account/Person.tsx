// Who the account belongs to. Nothing of it leaves; the postal address is never needed.

import { useCallback, useState } from "preact/hooks";
import { accountApi, type Account } from "../../api/account";
import { useAction } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { useAccountTexts } from "../../texts/account";

export function Person({ account, again }: { account: Account; again: () => void }) {
  const { t, language } = useAccountTexts();
  const [name, setName] = useState(account.name);
  const [postal, setPostal] = useState(account.postal_address);
  const [customer, setCustomer] = useState(account.customer_id);
  const [running, save] = useAction(
    useCallback(async () => {
      await accountApi(client, language).change({ name, postal_address: postal, customer_id: customer });
      tell(t("account.saved"));
      again();
    }, [language, name, postal, customer, t, again]),
  );
  return (
    <section class="card" aria-labelledby="account-person">
      <h2 id="account-person">{t("account.person")}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("account.name")}</span>
          <input
            value={name}
            maxLength={100}
            autocomplete="name"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
        </label>
        <label class="field">
          <span>{t("account.postal")}</span>
          <textarea
            rows={3}
            value={postal}
            maxLength={400}
            autocomplete="street-address"
            aria-describedby="postal-hint"
            onInput={(event) => {
              setPostal(event.currentTarget.value);
            }}
          />
          <small id="postal-hint">{t("account.optional")}</small>
        </label>
        <label class="field">
          <span>{t("account.customer")}</span>
          <input
            value={customer}
            maxLength={40}
            aria-describedby="customer-hint"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              setCustomer(event.currentTarget.value);
            }}
          />
          <small id="customer-hint">{t("account.customer.hint")}</small>
        </label>
        <button type="submit" disabled={running}>
          {t("account.save")}
        </button>
      </form>
    </section>
  );
}
