// The timezone asked for once of somebody outside, where nobody here can name it: look, agree, take the answer.

import { useCallback, useState } from "preact/hooks";
import type { LookedUp } from "../../api/account";
import type { Activities, Activity, Preview } from "../../api/types";
import { type Page, page } from "../../gate/phone";
import { useAction } from "../../parts/hooks";
import { tell } from "../../state/app";
import { enterPlace } from "../../state/place";
import { useAccountTexts } from "../../texts/account";
import { useCentre } from "../../texts/privacy";
import { Consent } from "../privacy/ActivityList";
import { Nobody } from "../privacy/Nobody";
import { Previewed } from "../privacy/Previewed";
import { Shown, useAct, useGate } from "../privacy/shared";
import { ActivityCard } from "./ActivityCard";

const ID = "setup.timezone";

interface Told {
  activity: Activity | undefined;
  asked: LookedUp;
}

/** What the register says of it, and what came of it. Throws NotConfirmed, Problem. */
async function lookAt(language: string): Promise<Page<Told>> {
  const listed = await page<Activities>(`/gate/v1/activities?lang=${language}`);
  const asked = await page<LookedUp>(`/gate/v1/account/timezone?lang=${language}`);
  const activity = listed.value.activities.find(({ id }) => id === ID);
  return { value: { activity, asked: asked.value }, confirmed: listed.confirmed && asked.confirmed };
}

/** zone: the one that is entered; turn: another value has all looked at again; taken: the answer was entered. */
export function Timezone({ zone, turn, taken }: { zone: string; turn: number; taken: () => void }) {
  const { language } = useAccountTexts();
  const [loaded, again] = useGate(() => lookAt(language), `${ID} ${language} ${turn}`);
  return (
    <section class="card" aria-labelledby="timezone" data-consent={ID}>
      <Shown loaded={loaded} again={again}>
        {({ activity, asked }) => {
          if (activity === undefined) return null;
          return (
            <ActivityCard activity={activity} titleId="timezone">
              <Asking activity={activity} told={asked} zone={zone} again={again} taken={taken} />
            </ActivityCard>
          );
        }}
      </Shown>
    </section>
  );
}

interface AskingProps {
  activity: Activity;
  told: LookedUp;
  zone: string;
  again: () => void;
  taken: () => void;
}

function Asking({ activity, told, zone, again, taken }: AskingProps) {
  const { t } = useAccountTexts();
  if (activity.grants.length > 0) return <Consent activity={activity} again={again} here />;
  return (
    <>
      {told.timezone !== null && <Found found={told.timezone} zone={zone} taken={taken} />}
      {told.over && told.timezone === null && <p>{t("zone.over")}</p>}
      {!told.over && told.answered === false && <p role="status">{t("zone.unanswered")}</p>}
      {!told.over && activity.recipients.length === 0 && <Nobody activity={activity} />}
      {!told.over && activity.recipients.length > 0 && <Look activity={activity} again={again} />}
    </>
  );
}

/** What was said: it is the owner who enters it. */
function Found({ found, zone, taken }: { found: string; zone: string; taken: () => void }) {
  const { t, language } = useAccountTexts();
  const [running, take] = useAction(
    useCallback(async () => {
      await enterPlace(language, { timezone: found });
      tell(t("account.saved"));
      taken();
    }, [language, found, t, taken]),
  );
  return (
    <>
      <p role="status">{t("zone.found", { zone: found })}</p>
      {found !== zone && (
        <button type="button" class="wide" disabled={running} onClick={take}>
          {t("zone.take")}
        </button>
      )}
    </>
  );
}

/** What would leave, then the yes of this phone, or the command. */
function Look({ activity, again }: { activity: Activity; again: () => void }) {
  const { t, language } = useCentre();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [running, show] = useAct(
    useCallback(async () => {
      const { value } = await page<Preview>(`/gate/v1/account/timezone/previews?lang=${language}`, "POST", {});
      setPreview(value);
    }, [language]),
  );
  const recipient = activity.recipients[0] ?? null; // as the gate takes it
  return (
    <>
      <button type="button" class="wide" disabled={running} onClick={show}>
        {t("letter.show")}
      </button>
      {preview !== null && (
        <Previewed
          key={preview.preview}
          activity={activity}
          made={{ preview, groups: [], ticket: "", recipient, form: "once", days: 1 }}
          onDone={() => {
            setPreview(null);
            again();
          }}
        />
      )}
    </>
  );
}
