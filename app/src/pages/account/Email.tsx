// The e-mail address: entered, previewed, agreed to by this phone or at the console, confirmed by the code of a mail.

import { useCallback, useEffect, useState } from "preact/hooks";
import { accountApi, type MailPreview, type Reached } from "../../api/account";
import type { Activities, Activity } from "../../api/types";
import { page } from "../../gate/phone";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, confirmation, tell } from "../../state/app";
import { dateTime } from "../../state/format";
import { useAccountTexts } from "../../texts/account";
import { Previewed } from "../privacy/Previewed";
import { useAct } from "../privacy/shared";

const ID = "account.register";

export function Email({ reached, again }: { reached: Reached; again: () => void }) {
  const { t, language } = useAccountTexts();
  const { email, mail_server: server } = reached;
  const [address, setAddress] = useState(email?.address ?? "");
  const [running, save] = useAction(
    useCallback(async () => {
      await accountApi(client, language).setEmail(address.trim());
      tell(t("account.saved"));
      again();
    }, [language, address, t, again]),
  );
  const sender = server?.sender ?? null;
  const open = email !== null && email.confirmed === null;
  return (
    <section class="card" aria-labelledby="account-email">
      <h2 id="account-email">{t("email.title")}</h2>
      <State email={email} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("email.address")}</span>
          <input
            type="email"
            value={address}
            maxLength={254}
            autocomplete="email"
            spellcheck={false}
            onInput={(event) => {
              setAddress(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={running || address.trim() === (email?.address ?? "")}>
          {t("email.set")}
        </button>
      </form>
      {open && server === null && <p class="quiet">{t("email.server.none")}</p>}
      {open && server !== null && (
        <p class="quiet breakable">
          {t("email.server", {
            host: server.host,
            access: sender === null ? t("email.server.no_access") : t("email.server.access", { sender }),
          })}
        </p>
      )}
      {open && sender !== null && <Prepare key={email.address} address={email.address} again={again} />}
      {open && <Code again={again} />}
    </section>
  );
}

function State({ email }: { email: Reached["email"] }) {
  const { t, language } = useAccountTexts();
  if (email === null) return <p class="quiet">{t("email.none")}</p>;
  const confirmed = email.confirmed !== null;
  const words =
    email.confirmed !== null
      ? t("email.confirmed", { at: dateTime(Date.parse(email.confirmed), language) })
      : email.link_until !== null
        ? t("email.sent", { at: dateTime(Date.parse(email.link_until), language) })
        : t("email.unconfirmed");
  return (
    <p class={confirmed ? "good" : ""} role="status">
      <Icon name={confirmed ? "check" : "warning"} size={18} /> {words}
    </p>
  );
}

/** What would leave, under the gate's signature where this browser is a phone; then the yes. */
function Prepare({ address, again }: { address: string; again: () => void }) {
  const { t, language } = useAccountTexts();
  const [made, setMade] = useState<{ activity: Activity; preview: MailPreview } | null>(null);
  const [running, show] = useAct(
    useCallback(async () => {
      const { activities } = (await page<Activities>(`/gate/v1/activities?lang=${language}`)).value;
      const activity = activities.find(({ id }) => id === ID);
      if (activity === undefined) return;
      const { value } = await page<MailPreview>(`/gate/v1/account/previews?lang=${language}`, "POST", {});
      setMade({ activity, preview: value });
    }, [language]),
  );
  if (made === null)
    return (
      <button type="button" disabled={running} onClick={show}>
        {t("email.preview")}
      </button>
    );
  const { activity, preview } = made;
  const recipient = activity.recipients[0];
  return (
    <>
      <h3>{t("email.preview.mail")}</h3>
      <pre class="bytes" tabIndex={0} role="region" aria-label={preview.mail.subject}>
        {`${preview.mail.subject}\n\n${preview.mail.text}`}
      </pre>
      <p>{t("email.preview.text")}</p>
      <Previewed
        key={preview.preview}
        activity={activity}
        made={{ preview, groups: [], ticket: "", recipient: recipient === undefined ? null : { ...recipient, addressee: address }, form: "once", days: 1 }}
        onDone={() => {
          setMade(null);
          again();
        }}
      />
    </>
  );
}

/** The code of the mail, typed, or brought by its link; that one is used at once. */
export function Code({ again }: { again: () => void }) {
  const { t, language } = useAccountTexts();
  const [code, setCode] = useState("");
  const [running, confirm] = useAction(
    useCallback(
      async (given: string) => {
        await accountApi(client, language).confirm(given);
        setCode("");
        tell(t("email.done"));
        again();
      },
      [language, t, again],
    ),
  );
  useEffect(() => {
    const brought = confirmation.get();
    if (brought === null) return;
    confirmation.update(() => null);
    confirm(brought);
    // once, for the link that led here
  }, []);
  return (
    <form
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        confirm(code);
      }}
    >
      <label class="field">
        <span>{t("email.code")}</span>
        <input
          value={code}
          maxLength={40}
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
          aria-describedby="code-hint"
          onInput={(event) => {
            setCode(event.currentTarget.value);
          }}
        />
        <small id="code-hint">{t("email.code.hint")}</small>
      </label>
      <button type="submit" disabled={running || code.trim() === ""}>
        {t("email.code.do")}
      </button>
    </form>
  );
}
