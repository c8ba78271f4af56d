// The keys that devices sign with: who holds which, a key of one's own, its sheet to print, the check by re-entry.
// The key itself lives in this page's memory while its sheet is shown, and nowhere else in the browser.

import { useCallback, useEffect, useState } from "preact/hooks";
import { radioApi, type Keys, type KeySheet } from "../../api/radio";
import { Failed } from "../../parts/Failed";
import { Title } from "../../parts/Frame";
import { useAction, useLoad, useNow } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { useDeviceName } from "../../parts/naming";
import { client, home, tell } from "../../state/app";
import { SECOND } from "../../state/format";
import { keyGroups, sheetMissing } from "../../state/keys";
import { deviceLink } from "../../state/route";
import { useSelect } from "../../state/store";
import { useTechnical } from "../../texts/technical";
import { SetKey } from "./SetKey";
import { Sheet } from "./Sheet";

const LOOK_EVERY_MS = 10 * SECOND; // keys travel one by one, as devices wake

export function KeysPage() {
  const { t } = useTechnical();
  const radio = useSelect(home, (state) => state.drivers.find((driver) => driver.airtime !== null)?.name ?? "bidcos");
  const turn = Math.floor(useNow(LOOK_EVERY_MS, true) / LOOK_EVERY_MS);
  const [loaded, again] = useLoad(() => radioApi(client, radio).keys(), `${radio} ${turn}`);
  return (
    <>
      <Title text={t("keys.title")} back={{ href: "#/radio", label: t("radio.title") }} />
      <p class="lead">{t("keys.lead")}</p>
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("app.loading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" && (
        <div class="columns">
          <div>
            <Standing keys={loaded.value} />
            {loaded.value.index > 0 && <OnPaper radio={radio} keys={loaded.value} again={again} />}
            <SetKey radio={radio} keys={loaded.value} again={again} />
          </div>
          <div>
            <Holders keys={loaded.value} />
          </div>
        </div>
      )}
    </>
  );
}

function Standing({ keys }: { keys: Keys }) {
  const { t } = useTechnical();
  const missing = sheetMissing(keys);
  return (
    <section class={`card ${missing ? "warn" : ""}`} aria-labelledby="keys-standing">
      <h2 id="keys-standing">{t(keys.index === 0 ? "keys.default.title" : "keys.own.title", { index: keys.index })}</h2>
      <p>{t(keys.index === 0 ? "keys.default.text" : "keys.own.text")}</p>
      {keys.index > 0 && (
        <p class={missing ? "hint" : ""}>
          <Icon name={missing ? "warning" : "check"} size={18} />{" "}
          <span>{t(missing ? "keys.sheet.unchecked" : "keys.sheet.checked")}</span>
        </p>
      )}
    </section>
  );
}

function Holders({ keys }: { keys: Keys }) {
  const texts = useTechnical();
  const { t } = texts;
  const devices = useSelect(home, (state) => state.devices);
  const nameOf = useDeviceName();
  const name = (address: string) => {
    const device = devices.get(address);
    return device === undefined ? address : nameOf(device);
  };
  return (
    <section class="card" aria-labelledby="keys-holders">
      <h2 id="keys-holders">{t("keys.holders")}</h2>
      {keys.devices.length === 0 && <p class="quiet">{t("keys.nobody")}</p>}
      {keyGroups(keys).map((group) => (
        <div key={group.state}>
          <h3>{t(`keys.state.${group.state}`)}</h3>
          <p class="quiet">{t(`keys.state.${group.state}.text`)}</p>
          <ul class="plainlist names">
            {group.devices.map((one) => (
              <li key={one.device}>
                <a href={deviceLink(one.device)}>{name(one.device)}</a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function OnPaper({ radio, keys, again }: { radio: string; keys: Keys; again: () => void }) {
  const { t } = useTechnical();
  const [sheet, setSheet] = useState<KeySheet | null>(null);
  const [running, show] = useAction(
    useCallback(async () => {
      setSheet(await radioApi(client, radio).sheet());
    }, [radio]),
  );
  // a phone that is put away shows no key when somebody else wakes it
  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === "hidden") setSheet(null);
    };
    document.addEventListener("visibilitychange", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
    };
  }, []);
  return (
    <section class="card" aria-labelledby="keys-paper">
      <h2 id="keys-paper">{t("keys.paper")}</h2>
      <p>{t("keys.paper.text")}</p>
      {sheet === null ? (
        <button type="button" class="primary" disabled={running} onClick={show}>
          <Icon name="key" size={18} /> {t("keys.paper.show")}
        </button>
      ) : (
        <Sheet
          sheet={sheet}
          hide={() => {
            setSheet(null);
          }}
        />
      )}
      <Check key={keys.index} radio={radio} again={again} />
    </section>
  );
}

function Check({ radio, again }: { radio: string; again: () => void }) {
  const { t } = useTechnical();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [running, check] = useAction(
    useCallback(async () => {
      const { right } = await radioApi(client, radio).checkSheet(typed);
      setWrong(!right);
      if (!right) return;
      setTyped("");
      tell(t("keys.check.right"));
      again();
    }, [radio, typed, again, t]),
  );
  return (
    <form
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <h3>{t("keys.check")}</h3>
      <label class="field">
        <span>{t("keys.check.field")}</span>
        <textarea
          rows={3}
          value={typed}
          maxLength={1024}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={wrong}
          aria-describedby="keys-check-said"
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setWrong(false);
          }}
        />
        <small id="keys-check-said" role="status">
          {wrong ? t("keys.check.wrong") : t("keys.check.hint")}
        </small>
      </label>
      <button type="submit" disabled={running || typed.trim() === ""}>
        {t("keys.check.do")}
      </button>
    </form>
  );
}
