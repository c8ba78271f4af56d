// Messages to this browser while the app is closed: subscribed here, allowed by the owner's yes to it above.

import { useCallback, useState } from "preact/hooks";
import { pushApi } from "../../api/push";
import { useAction, useLoad } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { canBeTold, subscribe } from "../../state/push";
import { useNotificationTexts } from "../../texts/notifications";

export function Push({ again }: { again: () => void }) {
  const { t, language } = useNotificationTexts();
  const [facts] = useLoad(() => pushApi(client, language).facts(), "push");
  const [label, setLabel] = useState("");
  const key = facts.state === "here" ? facts.value.key : "";
  const [running, begin] = useAction(
    useCallback(async () => {
      const keys = await subscribe(key);
      if (keys !== null) await pushApi(client, language).subscribe({ ...keys, label });
      tell(t(keys === null ? "push.refused" : "push.done"));
      again();
    }, [key, label, language, t, again]),
  );
  if (facts.state !== "here") return null;
  const ready = canBeTold() && facts.value.hosts.length > 0;
  return (
    <section class="card" aria-labelledby="push-title">
      <h3 id="push-title">{t("push.title")}</h3>
      <p class="quiet">{t(ready ? "push.text" : canBeTold() ? "push.none" : "push.unable")}</p>
      {ready && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            begin();
          }}
        >
          <label class="field">
            <span>{t("push.label")}</span>
            <input
              value={label}
              maxLength={64}
              onInput={(event) => {
                setLabel(event.currentTarget.value);
              }}
            />
          </label>
          <button type="submit" disabled={running}>
            {t("push.do")}
          </button>
        </form>
      )}
    </section>
  );
}
