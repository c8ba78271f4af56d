// The account and what tells this Home Base from others. The e-mail address and phones are the gate's, the rest the hub's.

import { useCallback } from "preact/hooks";
import { accountApi, type Account, type Reached } from "../../api/account";
import { Failed } from "../../parts/Failed";
import { Title } from "../../parts/Frame";
import { useAction, useLoad, useNow } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, confirmation, phase, tell } from "../../state/app";
import { SECOND } from "../../state/format";
import { useSelect } from "../../state/store";
import { useAccountTexts } from "../../texts/account";
import { Shown, useGatePage, useMe } from "../privacy/shared";
import { Contacts } from "./Contacts";
import { Code, Email } from "./Email";
import { License, Place } from "./Installation";
import { Person } from "./Person";
import { ProductMail } from "./ProductMail";
import { Timezone } from "./Timezone";

const LOOK_EVERY_MS = 10 * SECOND; // the mail may be agreed to, and its link opened, elsewhere

export function AccountPage() {
  const { t } = useAccountTexts();
  const owner = useSelect(phase, (value) => value.name === "in" && value.role === "owner");
  const code = useSelect(confirmation, (value) => value);
  return (
    <>
      <Title text={t("account.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {owner ? <Own /> : <p class="lead">{t("account.owner")}</p>}
      {!owner && code !== null && (
        <section class="card" aria-labelledby="account-email">
          <h2 id="account-email">{t("email.title")}</h2>
          <Code again={() => undefined} />
        </section>
      )}
    </>
  );
}

function Own() {
  const { t, language } = useAccountTexts();
  useMe();
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const api = accountApi(client, language);
  const [mine, again] = useLoad(api.read, language);
  const [reached, look] = useGatePage<Reached>(`/gate/v1/account?lang=${language}`, String(turn));
  return (
    <>
      <p class="lead">{t("account.lead")}</p>
      {mine.state === "loading" && (
        <p class="quiet" role="status">
          {t("app.loading")}
        </p>
      )}
      {mine.state === "failed" && <Failed again={again} problem={mine.problem} />}
      {mine.state === "here" && mine.value.review_due && <Review again={again} />}
      {mine.state === "here" && (
        <div class="columns">
          <div>
            <Person account={mine.value} again={again} />
            <Shown loaded={reached} again={look}>
              {(value) => (
                <>
                  <Email reached={value} again={look} />
                  <Contacts reached={value} again={look} />
                  <ProductMail reached={value} turn={turn} />
                </>
              )}
            </Shown>
          </div>
          <div>
            <Place key={mine.value.installation.timezone} place={mine.value.installation} again={again} />
            <Timezone zone={mine.value.installation.timezone} turn={turn} taken={again} />
            <License license={mine.value.installation.license} again={again} />
            <Reviewed account={mine.value} />
          </div>
        </div>
      )}
    </>
  );
}

function Review({ again }: { again: () => void }) {
  const { t, language } = useAccountTexts();
  const [running, done] = useAction(
    useCallback(async () => {
      await accountApi(client, language).reviewed();
      tell(t("account.review.done"));
      again();
    }, [language, t, again]),
  );
  return (
    <section class="card warn" aria-labelledby="account-review">
      <h2 id="account-review">{t("account.review")}</h2>
      <p>{t("account.review.text")}</p>
      <button type="button" class="primary" disabled={running} onClick={done}>
        <Icon name="check" size={18} /> {t("account.review.do")}
      </button>
    </section>
  );
}

function Reviewed({ account }: { account: Account }) {
  const { t, language } = useAccountTexts();
  const at = new Date(account.reviewed_at).toLocaleDateString(language);
  return <p class="quiet">{t("account.reviewed", { at })}</p>;
}
