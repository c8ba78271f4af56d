// Messages that were sent go from the gate for good: those of one way, or all.

import { useCallback, useState } from "preact/hooks";
import { messagesApi } from "../../api/messages";
import { Dialog } from "../../parts/Dialog";
import { client, tell } from "../../state/app";
import { useNotificationTexts } from "../../texts/notifications";
import { useAct } from "../privacy/shared";

/** way: null for all. */
export function Erase(props: { way: string | null; label: string; title: string; onDone: () => void }) {
  const { t, language } = useNotificationTexts();
  const { way, label, title, onDone } = props;
  const [asking, setAsking] = useState(false);
  const [running, erase] = useAct(
    useCallback(async () => {
      const { forgotten } = (await messagesApi(client, language).erase(way)).value;
      tell(t("sent.erased", { count: forgotten }));
      onDone();
    }, [language, way, t, onDone]),
  );
  return (
    <>
      <button
        type="button"
        class="danger"
        disabled={running}
        aria-label={title}
        onClick={() => {
          setAsking(true);
        }}
      >
        {label}
      </button>
      {asking && (
        <Dialog
          title={title}
          confirm={label}
          danger
          onClose={() => {
            setAsking(false);
          }}
          onConfirm={() => {
            setAsking(false);
            erase();
          }}
        >
          <p>{t("sent.erase.text")}</p>
        </Dialog>
      )}
    </>
  );
}
