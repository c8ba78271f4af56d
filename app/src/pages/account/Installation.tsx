// What tells this Home Base from others: id, serial number, radio, timezone, license.

import { useCallback, useState } from "preact/hooks";
import { accountApi, type Installation, type LicenseInfo } from "../../api/account";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, tell } from "../../state/app";
import { enterPlace, MOST_NAME } from "../../state/place";
import { ownTimezone } from "../../state/timezone";
import { useAccountTexts } from "../../texts/account";

export function Place({ place, again }: { place: Installation; again: () => void }) {
  const { t, language } = useAccountTexts();
  const [home, setHome] = useState(place.name);
  const [serial, setSerial] = useState(place.serial);
  const [zone, setZone] = useState(place.timezone);
  const here = ownTimezone();
  const [running, save] = useAction(
    useCallback(async () => {
      await enterPlace(language, { ...(home !== place.name && { home }), serial, timezone: zone });
      tell(t("account.saved"));
      again();
    }, [language, home, place.name, serial, zone, t, again]),
  );
  return (
    <section class="card" aria-labelledby="account-place">
      <h2 id="account-place">{t("place.title")}</h2>
      <dl class="facts">
        <div>
          <dt>{t("place.id")}</dt>
          <dd class="breakable">{place.home_base_id}</dd>
        </div>
        {Object.entries(place.radios).map(([name, radio]) => (
          <div key={name}>
            <dt>{t("place.radio")}</dt>
            <dd class="breakable">
              {[radio.hardware, radio.serial, radio.hardware_id, radio.address].filter((part) => part !== "").join(" · ")}
            </dd>
          </div>
        ))}
      </dl>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("place.name")}</span>
          <input
            value={home}
            maxLength={MOST_NAME}
            autocomplete="off"
            onInput={(event) => {
              setHome(event.currentTarget.value);
            }}
          />
        </label>
        <label class="field">
          <span>{t("place.serial")}</span>
          <input
            value={serial}
            maxLength={40}
            autocomplete="off"
            spellcheck={false}
            aria-describedby="serial-hint"
            onInput={(event) => {
              setSerial(event.currentTarget.value);
            }}
          />
          <small id="serial-hint">{t("place.serial.hint")}</small>
        </label>
        <label class="field">
          <span>{t("place.timezone")}</span>
          <input
            value={zone}
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            placeholder="Europe/Berlin"
            onInput={(event) => {
              setZone(event.currentTarget.value);
            }}
          />
        </label>
        {here !== "" && here !== zone && (
          <button
            type="button"
            onClick={() => {
              setZone(here);
            }}
          >
            {t("place.timezone.here", { zone: here })}
          </button>
        )}
        <button type="submit" disabled={running}>
          {t("account.save")}
        </button>
      </form>
    </section>
  );
}

export function License({ license, again }: { license: LicenseInfo | null; again: () => void }) {
  const { t, language } = useAccountTexts();
  const [text, setText] = useState("");
  const [setting, put] = useAction(
    useCallback(async () => {
      await accountApi(client, language).setLicense(text);
      setText("");
      tell(t("license.set.done"));
      again();
    }, [language, text, t, again]),
  );
  const [removing, remove] = useAction(
    useCallback(async () => {
      await accountApi(client, language).removeLicense();
      again();
    }, [language, again]),
  );
  return (
    <section class="card" aria-labelledby="account-license">
      <h2 id="account-license">{t("license.title")}</h2>
      <LicenseState license={license} />
      <form
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          put();
        }}
      >
        <label class="field">
          <span>{t("license.document")}</span>
          <textarea
            rows={4}
            value={text}
            maxLength={4096}
            spellcheck={false}
            onInput={(event) => {
              setText(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={setting || text.trim() === ""}>
          {t("license.set")}
        </button>
      </form>
      {license !== null && (
        <button type="button" class="danger" disabled={removing} onClick={remove}>
          {t("license.remove")}
        </button>
      )}
    </section>
  );
}

function LicenseState({ license }: { license: LicenseInfo | null }) {
  const { t, tr, language } = useAccountTexts();
  if (license === null) return <p class="quiet">{t("license.none")}</p>;
  if (license.state === "valid") {
    const at = license.expires_at === null ? "" : new Date(license.expires_at).toLocaleDateString(language, { timeZone: "UTC" });
    return (
      <p class="good">
        <Icon name="check" size={18} /> {t("license.valid", { id: license.id, at })}
      </p>
    );
  }
  return (
    <p>
      <Icon name="warning" size={18} /> {tr(`license.state.${license.state}`, license.state)} {t("license.bad")}
    </p>
  );
}
