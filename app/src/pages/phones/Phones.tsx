// People and phones: who is paired, when each was here last, who may do what; one goes by a tap, another comes by a code.

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type PhoneInfo, phonesApi } from "../../api/phones";
import { type Offer, offerOf, ownId, unlisted } from "../../gate/naming";
import { Age } from "../../parts/Age";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/Failed";
import { Title } from "../../parts/Frame";
import { useAction, useLoad } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, home, phase, tell } from "../../state/app";
import { dateTime, dayNames } from "../../state/format";
import { roomName } from "../../state/names";
import { hoursText } from "../../state/permit";
import { useSelect } from "../../state/store";
import { usePhoneTexts } from "../../texts/phones";
import { Compare, useOffers } from "../privacy/Naming";
import { Change } from "./Change";
import { NewPhone } from "./NewPhone";

const KID_SHOWN = 8;

export function PhonesPage() {
  const { t } = usePhoneTexts();
  const owner = useSelect(phase, (value) => value.name === "in" && value.role === "owner");
  return (
    <>
      <Title text={t("phones.title")} back={{ href: "#/more", label: t("tab.more") }} />
      {owner ? <Whole /> : <p class="card">{t("phones.owner")}</p>}
    </>
  );
}

function Whole() {
  const { t } = usePhoneTexts();
  const api = useMemo(() => phonesApi(client), []);
  const nameOf = ({ name }: PhoneInfo) => (name === "" ? t("phones.unnamed") : name);
  const [loaded, again] = useLoad(api.list, "phones");
  const [known] = useLoad(ownId, "own");
  const own = known.state === "here" ? known.value : null;
  const offered = useOffers();
  const strange = loaded.state === "here" ? unlisted(loaded.value.phones, offered) : [];
  const strangers = strange.map(({ kid }) => kid).join();
  useEffect(() => {
    if (strangers !== "") again(); // it may have been paired since the list was read
  }, [strangers, again]);
  const [leaving, setLeaving] = useState<PhoneInfo | null>(null);
  const [running, remove] = useAction(
    useCallback(
      async (phone: PhoneInfo) => {
        setLeaving(null);
        await api.remove(phone.id);
        tell(t("phones.removed", { name: nameOf(phone) }));
        again();
      },
      [api, again, t],
    ),
  );
  return (
    <>
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("app.loading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" && loaded.value.phones.length === 0 && <p class="card">{t("phones.none")}</p>}
      {loaded.state === "here" &&
        loaded.value.phones.map((phone) => (
          <One
            key={phone.id}
            api={api}
            phone={phone}
            name={nameOf(phone)}
            isOwn={phone.id === own}
            running={running}
            offer={offerOf(phone, offered)}
            onChanged={again}
            onRemove={() => {
              setLeaving(phone);
            }}
          />
        ))}
      {strange.map(({ kid }) => (
        <p class="card" role="status" key={kid} data-unlisted={kid}>
          <Icon name="warning" size={18} /> {t("phones.unlisted", { key: kid.slice(0, KID_SHOWN) })}
        </p>
      ))}
      <NewPhone api={api} onPaired={again} />
      {leaving !== null && (
        <Dialog
          title={t("phones.remove.of", { name: nameOf(leaving) })}
          confirm={t("phones.remove")}
          danger
          onConfirm={() => {
            remove(leaving);
          }}
          onClose={() => {
            setLeaving(null);
          }}
        >
          {leaving.id === own && leaving.role !== null && <p>{t("phones.remove.own")}</p>}
          <p>{t(leaving.id === own && leaving.role === null ? "phones.remove.own.browser" : "phones.remove.text")}</p>
        </Dialog>
      )}
    </>
  );
}

interface OneProps {
  api: ReturnType<typeof phonesApi>;
  phone: PhoneInfo;
  name: string;
  /** It is the phone that shows this page. */
  isOwn: boolean;
  running: boolean;
  /** A key that it would like to agree by. */
  offer: Offer | undefined;
  onChanged: () => void;
  onRemove: () => void;
}

function One({ api, phone, name, isOwn, running, offer, onChanged, onRemove }: OneProps) {
  const { t } = usePhoneTexts();
  const [changing, setChanging] = useState<"never" | "now" | "done">("never");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (changing === "done") button.current?.focus();
  }, [changing]);
  return (
    <div class="card" data-phone={phone.id}>
      <h2>
        <Icon name="person" size={20} /> {name}
      </h2>
      <p>
        <Facts phone={phone} isOwn={isOwn} />
      </p>
      <Limits phone={phone} />
      {offer !== undefined && <Compare offer={offer} name={name} onNamed={onChanged} />}
      {changing === "now" ? (
        <Change
          api={api}
          phone={phone}
          name={name}
          isOwn={isOwn}
          onEnd={(changed) => {
            setChanging("done");
            if (changed) onChanged();
          }}
        />
      ) : (
        <div class="buttons">
          {phone.role !== null && (
            <button
              ref={button}
              type="button"
              disabled={running}
              aria-label={t("phones.change.of", { name })}
              onClick={() => {
                setChanging("now");
              }}
            >
              {t("phones.change")}
            </button>
          )}
          <button type="button" disabled={running} aria-label={t("phones.remove.of", { name })} onClick={onRemove}>
            {t("phones.remove")}
          </button>
        </div>
      )}
    </div>
  );
}

/** What narrows it to rooms, hours and an end, in words; nothing where nothing does. */
function Limits({ phone: { rooms, hours, expires } }: { phone: PhoneInfo }) {
  const { t, language } = usePhoneTexts();
  const known = useSelect(home, (state) => state.rooms);
  const said = [
    rooms !== null &&
      t("phones.limit.rooms", { rooms: rooms.map((id) => roomName(known, id) ?? t("phones.limit.gone")).join(", ") }),
    hours !== null && t("phones.limit.hours", { hours: hoursText(hours, dayNames(language, "short")) }),
    expires !== null && t("phones.limit.end", { at: dateTime(Date.parse(expires), language) }),
  ].filter((one) => one !== false);
  return said.length === 0 ? null : (
    <ul class="limits">
      {said.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

function Facts({ phone, isOwn }: { phone: PhoneInfo; isOwn: boolean }) {
  const { t } = usePhoneTexts();
  return (
    <>
      {phone.role === null ? t("phones.role.none") : t(`phones.role.${phone.role}`)}
      {" · "}
      {phone.connected ? (
        t("phones.connected")
      ) : phone.last_seen === null ? (
        t("phones.never")
      ) : (
        <>
          {t("phones.last")} <Age at={phone.last_seen} />
        </>
      )}
      {isOwn && ` · ${t(phone.role === null ? "phones.own.browser" : "phones.own")}`}
      {phone.may_agree === true && ` · ${t("phones.may_agree")}`}
      {phone.state !== "open" && ` · ${t(`phones.state.${phone.state}`)}`}
    </>
  );
}
