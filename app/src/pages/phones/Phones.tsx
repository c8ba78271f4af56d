// People and phones: who is paired, when each was here last, who may do what; one goes by a tap, another comes by a code.

import { useCallback, useMemo, useState } from "preact/hooks";
import { type PhoneInfo, phonesApi } from "../../api/phones";
import { Age } from "../../parts/Age";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/Failed";
import { Title } from "../../parts/Frame";
import { useAction, useLoad } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, phase, tell } from "../../state/app";
import { useSelect } from "../../state/store";
import { usePhoneTexts } from "../../texts/phones";
import { NewPhone } from "./NewPhone";

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
          <div class="card" key={phone.id} data-phone={phone.id}>
            <h2>
              <Icon name="person" size={20} /> {nameOf(phone)}
            </h2>
            <p>
              <Facts phone={phone} />
            </p>
            <button
              type="button"
              class="wide"
              disabled={running}
              aria-label={t("phones.remove.of", { name: nameOf(phone) })}
              onClick={() => {
                setLeaving(phone);
              }}
            >
              {t("phones.remove")}
            </button>
          </div>
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
          <p>{t("phones.remove.text")}</p>
        </Dialog>
      )}
    </>
  );
}

function Facts({ phone }: { phone: PhoneInfo }) {
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
      {phone.state !== "open" && ` · ${t(`phones.state.${phone.state}`)}`}
    </>
  );
}
