// Deregistering (clause 6.14): everybody's access and all consents end, then everything is erased. Under this phone's
// signature; its own session ends with it, so the gate's report is saved before anything else happens.

import { useCallback, useState } from "preact/hooks";
import type { Activities } from "../../api/types";
import { NotConfirmed, textOf } from "../../gate/attest";
import { me, state, whoAmI } from "../../gate/phone";
import { readReport } from "../../gate/report";
import { Dialog } from "../../parts/Dialog";
import { tell } from "../../state/app";
import { json, save } from "../../state/save";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { Consent } from "./ActivityList";
import { Letter } from "./Letter";
import { PairFirst } from "./PhoneState";
import { Shown, useAct, useGatePage } from "./shared";

const ID = "account.deregister";

/** The one message that leaves after everything has ended, to whoever keeps the account; where nobody does, nothing. */
function Farewell() {
  const { t, language } = useCentre();
  const [loaded, again] = useGatePage<Activities>(`/gate/v1/activities?lang=${language}`);
  return (
    <Shown loaded={loaded} again={again}>
      {({ activities }) => {
        const activity = activities.find(({ id }) => id === ID);
        if (activity === undefined || activity.recipients.length === 0) return null;
        const given = activity.grants.length > 0;
        return (
          <div data-letter={ID}>
            <h3>{t("deregister.message")}</h3>
            <p>{t(given ? "deregister.message.waits" : "deregister.message.text")}</p>
            {given ? <Consent activity={activity} again={again} here /> : <Letter activity={activity} onDone={again} />}
          </div>
        );
      }}
    </Shown>
  );
}

export function Deregister() {
  const { t } = useCentre();
  const phone = useSelect(me, (value) => value.phone);
  const [asking, setAsking] = useState(false);
  const [running, deregister] = useAct(
    useCallback(async () => {
      const told = await state("deregister", () => ({}));
      if (told.finished !== true) {
        tell(t("deregister.unfinished"));
        return;
      }
      const mine = (await whoAmI()).phone;
      const [report, signature] = [textOf(told, "report"), textOf(told, "signature")];
      if (mine === null || (await readReport(report, signature, mine.gate)) === null)
        throw new NotConfirmed("the report is not the gate's");
      save("homebase-deregistration.json", json({ report, signature }));
      tell(t("deregister.done"));
    }, [t]),
  );
  return (
    <section class="card" aria-labelledby="deregister">
      <h2 id="deregister">{t("deregister")}</h2>
      <p>{t("deregister.text")}</p>
      {phone !== null && <Farewell />}
      {phone === null ? (
        <PairFirst />
      ) : (
        <button
          type="button"
          class="wide danger"
          disabled={running}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t(running ? "deregister.running" : "deregister.do")}
        </button>
      )}
      {asking && (
        <Dialog
          title={t("deregister.sure")}
          confirm={t("deregister.do")}
          danger
          onConfirm={() => {
            setAsking(false);
            deregister();
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("deregister.sure.text")}</p>
        </Dialog>
      )}
    </section>
  );
}
