// The exact bytes, what would be signed, and the two buttons; in a browser that is no phone, the command instead.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Activity, Preview } from "../../api/types";
import { sha256, toHex, utf8 } from "../../gate/bytes";
import { isSecure } from "../../gate/keys";
import { me } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { commandOf, type Form, type Yes } from "../../gate/yes";
import { Copy } from "../../parts/Copy";
import { Icon } from "../../parts/Icon";
import { tell } from "../../state/app";
import { bytes, clock } from "../../state/format";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";
import { Exact } from "./Exact";
import { agree } from "./Give";
import { PairFirst } from "./PhoneState";
import { useAct } from "./shared";
import { YesFacts } from "./YesFacts";

/** What was asked for, and what came. recipient: null where nobody is registered. */
export interface Made {
  preview: Preview;
  groups: string[];
  ticket: string;
  recipient: Activity["recipients"][number] | null;
  form: Form;
  days: number;
}

interface PreviewedProps {
  made: Made;
  activity: Activity;
  onDone: () => void;
}

export function Previewed({ made, activity, onDone }: PreviewedProps) {
  const { t, language } = useCentre();
  const { preview } = made;
  const heading = useRef<HTMLHeadingElement>(null);
  const [own, setOwn] = useState<string | null>(null);
  const phone = useSelect(me, (value) => value.phone);
  useEffect(() => {
    heading.current?.focus();
    if (isSecure())
      void sha256(utf8(preview.text)).then((hash) => {
        setOwn(toHex(hash));
      });
  }, [preview]);
  const wrong = own !== null && own !== preview.sha256;
  return (
    <div class="preview">
      <h3 tabIndex={-1} ref={heading}>
        {t("diagnosis.preview.title")}
      </h3>
      <Exact text={preview.text} sha256={preview.sha256} title={t("diagnosis.preview.title")} />
      <p class="quiet">{t("diagnosis.preview.size", { bytes: bytes(preview.bytes, language) })}</p>
      {own !== null && (
        <p class={wrong ? "bad" : "good"} role={wrong ? "alert" : "status"}>
          <Icon name={wrong ? "warning" : "check"} size={18} /> {t(wrong ? "diagnosis.preview.wrong" : "diagnosis.preview.checked")}
        </p>
      )}
      {!wrong && made.recipient === null && (
        <p>
          <Icon name="warning" size={18} /> {t("diagnosis.command.recipient")}
        </p>
      )}
      {!wrong && made.recipient !== null && phone === null && (
        <AtConsole command={commandOf(preview.command, { ...made, recipient: made.recipient })} />
      )}
      {own !== null && !wrong && made.recipient !== null && phone !== null && (
        <Agree
          yes={{ ...made, activity, recipient: made.recipient, sha256: own }}
          onDone={onDone}
        />
      )}
      <p class="quiet">{t("diagnosis.preview.until", { at: clock(Date.parse(preview.expires_at), language) })}</p>
    </div>
  );
}

function Agree({ yes, onDone }: { yes: Yes; onDone: () => void }) {
  const { t, language } = useCentre();
  const [running, give] = useAct(
    useCallback(async () => {
      await agree(yes, language);
      tell(t("given"));
      onDone();
      await visit();
    }, [yes, language, onDone, t]),
  );
  return (
    <>
      <YesFacts yes={yes} />
      <p class="quiet">{t("give.signed")}</p>
      <div class="buttons equal">
        <button type="button" disabled={running} onClick={give}>
          {t("give.yes")}
        </button>
        <button type="button" onClick={onDone}>
          {t("give.no")}
        </button>
      </div>
    </>
  );
}

/** Agreeing where homebase runs: nobody can do it over the network without a phone's key. */
function AtConsole({ command }: { command: string }) {
  const { t } = useCentre();
  return (
    <>
      <PairFirst />
      <h3>{t("diagnosis.command.title")}</h3>
      <p>{t("diagnosis.command.text")}</p>
      <Copy text={command} label={t("diagnosis.command.title")} />
    </>
  );
}
