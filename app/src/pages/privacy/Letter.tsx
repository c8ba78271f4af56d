// A letter of the owner to a company: what it would be told, exactly, then the yes of this phone, or the command.

import { useCallback, useState } from "preact/hooks";
import type { Activity, Preview } from "../../api/types";
import { page } from "../../gate/phone";
import type { Form } from "../../gate/yes";
import { useCentre } from "../../texts/privacy";
import { Choice } from "./Give";
import { Previewed } from "./Previewed";
import { useAct } from "./shared";

interface LetterProps {
  activity: Activity;
  /** Fields that were written for it, in place of what the home knows; "" leaves one out. */
  entered?: Record<string, string>;
  /** Whom the letter names, where its recipient passes it on; else the recipient's own keys are meant. */
  addressee?: string;
  onDone: () => void;
}

export function Letter({ activity, entered = {}, addressee, onDone }: LetterProps) {
  const { t, language } = useCentre();
  const { id, recipients, forms } = activity;
  const [name, setName] = useState<string | null>(recipients.length === 1 ? (recipients[0]?.name ?? null) : null);
  const [made, setMade] = useState<{ of: string; preview: Preview } | null>(null);
  const written = JSON.stringify(entered);
  const [running, show] = useAct(
    useCallback(async () => {
      const asked = { activity: id, entered: JSON.parse(written) as Record<string, string> };
      const { value } = await page<Preview>(`/gate/v1/letters/previews?lang=${language}`, "POST", asked);
      setMade({ of: written, preview: value });
    }, [id, written, language]),
  );
  const recipient = recipients.find((one) => one.name === name) ?? null;
  const done = () => {
    setMade(null);
    onDone();
  };
  return (
    <>
      {recipients.length > 1 && (
        <Choice
          legend={t("privacy.recipient")}
          name={`recipient-${id}`}
          options={recipients.map((one) => [one.name, one.name])}
          chosen={name}
          choose={setName}
        />
      )}
      <button type="button" class="wide" disabled={running || recipient === null} onClick={show}>
        {t("letter.show")}
      </button>
      {recipient !== null && made?.of === written && (
        <Previewed
          key={made.preview.preview}
          activity={activity}
          made={{
            preview: made.preview,
            groups: [],
            ticket: "",
            recipient: addressee === undefined ? recipient : { ...recipient, addressee },
            form: forms[0] as Form,
            days: 1,
          }}
          onDone={done}
        />
      )}
    </>
  );
}

