// A key of one's own: by chance, by a passphrase as a CCU has it, or from a sheet.

import { useCallback, useState } from "preact/hooks";
import { radioApi, type Keys } from "../../api/radio";
import { Dialog } from "../../parts/Dialog";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, tell } from "../../state/app";
import { LONGEST_PASSPHRASE, passphraseFault, SHORTEST_PASSPHRASE } from "../../state/keys";
import { useTechnical } from "../../texts/technical";

type Way = "chance" | "passphrase" | "sheet";
const WAYS: readonly Way[] = ["chance", "passphrase", "sheet"];

export function SetKey({ radio, keys, again }: { radio: string; keys: Keys; again: () => void }) {
  const { t } = useTechnical();
  const [way, setWay] = useState<Way>("chance");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [sheet, setSheet] = useState("");
  const [asking, setAsking] = useState(false);
  const [running, set] = useAction(
    useCallback(async () => {
      setAsking(false);
      const how = way === "chance" ? {} : way === "passphrase" ? { passphrase: first } : { sheet };
      await radioApi(client, radio).setKey(how);
      setFirst("");
      setSecond("");
      setSheet("");
      tell(t("keys.set.done"));
      again();
    }, [radio, way, first, second, sheet, again, t]),
  );
  const fault = way === "passphrase" ? passphraseFault(first, second) : null;
  const ready = way === "chance" || (way === "passphrase" ? fault === null : sheet.trim() !== "");
  return (
    <section class="card" aria-labelledby="keys-set">
      <h2 id="keys-set">{t(keys.index === 0 ? "keys.set.first" : "keys.set.other")}</h2>
      <p class="hint">
        <Icon name="warning" size={18} /> <span>{t("keys.warning")}</span>
      </p>
      <form
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) setAsking(true);
        }}
      >
        <fieldset class="choice">
          <legend>{t("keys.set.how")}</legend>
          {WAYS.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="keyway"
                checked={one === way}
                onChange={() => {
                  setWay(one);
                }}
              />
              <span>{t(`keys.way.${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <p class="quiet">{t(`keys.way.${way}.text`)}</p>
        {way === "passphrase" && (
          <>
            <Secret label={t("keys.passphrase")} value={first} onValue={setFirst} />
            <Secret label={t("keys.passphrase.again")} value={second} onValue={setSecond} />
            <p class="quiet" role="status">
              {fault === null
                ? t("keys.passphrase.good")
                : t(`keys.passphrase.${fault}`, { least: SHORTEST_PASSPHRASE, most: LONGEST_PASSPHRASE })}
            </p>
          </>
        )}
        {way === "sheet" && (
          <label class="field">
            <span>{t("keys.fromsheet")}</span>
            <textarea
              rows={3}
              maxLength={1024}
              value={sheet}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => {
                setSheet(event.currentTarget.value);
              }}
            />
          </label>
        )}
        <button type="submit" disabled={running || !ready}>
          {t("keys.set.do")}
        </button>
      </form>
      {asking && (
        <Dialog
          title={t("keys.ask")}
          confirm={t("keys.set.do")}
          danger
          onConfirm={set}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("keys.ask.text")}</p>
          <p>{t("keys.warning")}</p>
        </Dialog>
      )}
    </section>
  );
}

function Secret({ label, value, onValue }: { label: string; value: string; onValue: (text: string) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="password"
        value={value}
        maxLength={LONGEST_PASSPHRASE + 1}
        autocomplete="off"
        onInput={(event) => {
          onValue(event.currentTarget.value);
        }}
      />
    </label>
  );
}
