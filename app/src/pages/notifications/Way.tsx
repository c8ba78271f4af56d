// One addressee: the test message and the yes to it, or what was allowed, another test, and the end of it.

import { useCallback, useState } from "preact/hooks";
import { accountApi } from "../../api/account";
import { type MessagePreview, messagesApi, type Messaging, type MessageWay, type WayKind } from "../../api/messages";
import type { Activities, Activity } from "../../api/types";
import { page } from "../../gate/phone";
import { Age } from "../../parts/Age";
import { Copy } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, tell } from "../../state/app";
import { dateTime } from "../../state/format";
import { useNotificationTexts } from "../../texts/notifications";
import { Choice } from "../privacy/Give";
import { Previewed } from "../privacy/Previewed";
import { useAct } from "../privacy/shared";
import { useWithdrawal } from "../privacy/withdrawal";
import { Erase } from "./Erase";

interface WayProps {
  way: MessageWay;
  services: Messaging["services"][WayKind];
  again: () => void;
}

/** What people know it by: a browser's id says nothing to them. */
export const wayName = ({ kind, addressee, label }: MessageWay, browser: string): string =>
  kind === "push" ? label || browser : label === "" ? addressee : `${addressee} · ${label}`;

export function Way({ way, services, again }: WayProps) {
  const { t } = useNotificationTexts();
  const name = wayName(way, t("ways.browser"));
  return (
    <div class="card" data-way={way.kind}>
      <div class="head">
        <span class="words breakable">
          <strong>{t(`ways.kind.${way.kind}`)}</strong>
          <small>{name}</small>
        </span>
        <span class={`badge ${way.consent === null ? "off" : "active"}`}>
          <Icon name={way.consent === null ? "minus" : "up"} size={16} />{" "}
          {t(way.consent === null ? "ways.off" : "ways.on")}
        </span>
      </div>
      <Last way={way} />
      {way.consent === null ? (
        <Ask way={way} services={services} again={again} name={name} />
      ) : (
        <Allowed way={way} consent={way.consent} again={again} name={name} />
      )}
      {way.consent === null && way.last !== null && (
        <>
          <p>{t("sent.left")}</p>
          <Erase way={way.id} label={t("sent.erase")} title={t("sent.erase.of", { name })} onDone={again} />
        </>
      )}
      {way.kind !== "email" && <Remove way={way} name={name} again={again} />}
    </div>
  );
}

function Last({ way: { last } }: { way: MessageWay }) {
  const { t, tr } = useNotificationTexts();
  if (last === null) return <p class="quiet">{t("ways.last.none")}</p>;
  return (
    <p data-fate={last.fate} role="status">
      {t("ways.last", { fate: tr(`notify.fate.${last.fate}`, last.fate) })} · <Age at={last.at} />
      <br />
      <small class="breakable">{last.text}</small>
      {!["sent", "delivered"].includes(last.fate) && last.what !== "" && (
        <>
          <br />
          <small class="breakable">{last.what}</small>
        </>
      )}
    </p>
  );
}

interface Allowing {
  way: MessageWay;
  consent: NonNullable<MessageWay["consent"]>;
  name: string;
  again: () => void;
}

function Allowed({ way, consent, name, again }: Allowing) {
  const { t, language } = useNotificationTexts();
  const [ending, withdraw] = useWithdrawal(way.activity, again, consent.mark);
  const [running, test] = useAct(
    useCallback(async () => {
      await messagesApi(client, language).test(way.id);
      tell(t("ways.test.begun"));
      again();
    }, [language, way.id, t, again]),
  );
  return (
    <>
      <p class="quiet">
        {t("ways.since", { at: dateTime(Date.parse(consent.since), language), service: consent.recipient })}
      </p>
      <div class="buttons">
        <button type="button" disabled={running} aria-label={t("ways.test.of", { name })} onClick={test}>
          {t("ways.test")}
        </button>
        <button type="button" disabled={ending} aria-label={t("ways.withdraw.of", { name })} onClick={withdraw}>
          <Icon name="stop" size={18} /> {t("ways.withdraw")}
        </button>
      </div>
    </>
  );
}

/** The message as it would leave, to be looked at; then the yes. */
function Ask({ way, services, name, again }: WayProps & { name: string }) {
  const { t, language } = useNotificationTexts();
  const [made, setMade] = useState<{ activity: Activity; preview: MessagePreview } | null>(null);
  const [service, setService] = useState<string | null>(services.length === 1 ? (services[0]?.name ?? null) : null);
  const [running, show] = useAct(
    useCallback(async () => {
      const { activities } = (await page<Activities>(`/gate/v1/activities?lang=${language}`)).value;
      const activity = activities.find(({ id }) => id === way.activity);
      if (activity === undefined) return;
      setMade({ activity, preview: (await messagesApi(client, language).preview(way.id)).value });
    }, [language, way.activity, way.id]),
  );
  const chosen = services.find((one) => one.name === service);
  const recipient = made?.activity.recipients.find((one) => one.name === service) ?? null;
  const contact = made?.preview.contacts[service ?? ""];
  if (services.length === 0) return <p>{t("ways.service.none")}</p>;
  return (
    <>
      {services.length > 1 && (
        <Choice
          legend={t("ways.service")}
          name={`service-${way.id}`}
          options={services.map((one) => [one.name, one.name])}
          chosen={service}
          choose={setService}
        />
      )}
      {chosen?.ready === false && (
        <>
          <p>{t("ways.service.login")}</p>
          <Copy text={`homebase notify service ${chosen.name}`} label={t("ways.service.login")} />
        </>
      )}
      {made === null && (
        <button
          type="button"
          class="wide"
          disabled={running || service === null}
          aria-label={t("ways.show.of", { name })}
          onClick={show}
        >
          {t("ways.show")}
        </button>
      )}
      {made !== null && (
        <>
          {made.preview.mail !== null && (
            <pre class="bytes" tabIndex={0} role="region" aria-label={made.preview.mail.subject}>
              {`${made.preview.mail.subject}\n\n${made.preview.mail.text}`}
            </pre>
          )}
          <p>{t("ways.show.text")}</p>
          {contact !== undefined && <p class="breakable">{t("ways.contact", { contact })}</p>}
          <Previewed
            key={made.preview.preview}
            activity={made.activity}
            made={{
              preview: made.preview,
              groups: [],
              ticket: "",
              recipient: recipient === null ? null : { ...recipient, addressee: way.addressee },
              form: "standing",
              days: 1,
            }}
            onDone={() => {
              setMade(null);
              again();
            }}
          />
        </>
      )}
    </>
  );
}

/** Out of the list; its consent then leads nowhere, so it ends first. */
function Remove({ way, name, again }: { way: MessageWay; name: string; again: () => void }) {
  const { t, language } = useNotificationTexts();
  const [asking, setAsking] = useState(false);
  const [running, remove] = useAction(
    useCallback(async () => {
      const { kind, addressee, label } = way;
      const place = kind === "push" ? { number: "", device: addressee } : { number: addressee, device: "" };
      await accountApi(client, language).dropContact({ kind: kind === "push" ? "push" : "sms", label, ...place });
      tell(t("ways.removed"));
      again();
    }, [language, way, t, again]),
  );
  if (way.consent !== null) return null;
  return (
    <>
      <button
        type="button"
        class="danger"
        disabled={running}
        aria-label={t("ways.remove.of", { name })}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("ways.remove")}
      </button>
      {asking && (
        <Dialog
          title={t("ways.remove.of", { name })}
          confirm={t("ways.remove")}
          danger
          onClose={() => {
            setAsking(false);
          }}
          onConfirm={() => {
            setAsking(false);
            remove();
          }}
        >
          <p>{t("ways.remove.text")}</p>
        </Dialog>
      )}
    </>
  );
}
