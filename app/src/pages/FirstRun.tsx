// After the set-up or the first owner's pairing: the home's name and timezone, then a first device, then what leaves it.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Account } from "../api/account";
import { keep, read } from "../gate/memory";
import { useAction } from "../parts/hooks";
import { reached, tell } from "../state/app";
import { firstStep, type FirstStep, type Reached } from "../state/first";
import { enterPlace, MOST_NAME } from "../state/place";
import { useSelect } from "../state/store";
import { ownTimezone } from "../state/timezone";
import { useAccountTexts } from "../texts/account";

interface Props {
  account: Account;
  /** Whether this phone may be asked for name and timezone, though it did not set the home up. */
  asks: boolean;
  devices: number;
  /** They were changed. */
  onChanged: () => void;
}

export function FirstRun({ account, asks, devices, onChanged }: Props) {
  const [far, go] = useReached();
  const step = far === "unread" ? null : firstStep(far, asks, devices);
  switch (step) {
    case null:
      return null;
    case "place":
      return (
        <Place
          account={account}
          onEnd={(changed) => {
            go("device");
            if (changed) onChanged();
          }}
        />
      );
    case "device":
      return (
        <Led
          step={step}
          href="#/devices/teach-in"
          onLater={() => {
            go("privacy");
          }}
        />
      );
    case "privacy":
      return (
        <Led
          step={step}
          href="#/privacy"
          onGo={() => {
            go("done");
          }}
          onLater={() => {
            go("done");
          }}
        />
      );
  }
}

/** How far they came: kept by a phone; in a browser with the password, until its page is closed. */
function useReached(): [Reached | null | "unread", (to: Reached) => void] {
  const here = useSelect(reached, (value) => value);
  const [kept, setKept] = useState<Reached | null | "unread">("unread");
  useEffect(() => {
    if (here === null) void read("first").then(setKept);
  }, [here]);
  const go = (to: Reached) => {
    if (here !== null) {
      reached.update(() => to);
    } else {
      setKept(to);
      void keep("first", to);
    }
  };
  return [here ?? kept, go];
}

function Card({ step, title, children }: { step: FirstStep; title: string; children: ComponentChildren }) {
  return (
    <section class="card" data-first={step} aria-labelledby="first-run">
      <h2 id="first-run">{title}</h2>
      {children}
    </section>
  );
}

/** A page that comes next, and the way past it. */
function Led(props: { step: "device" | "privacy"; href: string; onGo?: () => void; onLater: () => void }) {
  const { t } = useAccountTexts();
  const { step, href, onGo, onLater } = props;
  return (
    <Card step={step} title={t(`first.${step}`)}>
      <p>{t(`first.${step}.text`)}</p>
      <div class="buttons">
        <button type="button" onClick={onLater}>
          {t("first.later")}
        </button>
        <a class="button primary" href={href} onClick={onGo}>
          {t(`first.${step}.do`)}
        </a>
      </div>
    </Card>
  );
}

function Place({ account, onEnd }: { account: Account; onEnd: (changed: boolean) => void }) {
  const { t, language } = useAccountTexts();
  const [name, setName] = useState(account.installation.name);
  const zone = ownTimezone();
  const [running, save] = useAction(
    useCallback(async () => {
      const home = name.trim();
      const isNew = home !== "" && home !== account.installation.name;
      await enterPlace(language, { ...(isNew && { home }), ...(zone !== "" && { timezone: zone }) });
      tell(t("account.saved"));
      onEnd(true);
    }, [language, name, account, zone, t, onEnd]),
  );
  return (
    <Card step="place" title={t("first.title")}>
      <p>{t("first.text")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label class="field">
          <span>{t("first.name")}</span>
          <input
            value={name}
            maxLength={MOST_NAME}
            autocomplete="off"
            aria-describedby="first-hint"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <small id="first-hint">{t("first.name.hint")}</small>
        </label>
        {zone !== "" && <p>{t("first.zone", { zone })}</p>}
        <div class="buttons">
          <button
            type="button"
            disabled={running}
            onClick={() => {
              onEnd(false);
            }}
          >
            {t("first.later")}
          </button>
          <button type="submit" class="primary" disabled={running}>
            {t("account.save")}
          </button>
        </div>
      </form>
    </Card>
  );
}
