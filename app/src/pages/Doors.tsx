// Before there is a session: set up the home, log in, or say where the set-up address is.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import { useAction } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { LanguageChoice } from "../parts/LanguageChoice";
import { lazy } from "../parts/lazy";
import { client, enter, note, type Phase, phase as current, reached } from "../state/app";
import { checkPassword } from "../state/password";
import { ownTimezone } from "../state/timezone";
import { useTexts } from "../texts";

const Pair = lazy(() => import("./phones/Pair").then((file) => file.Pair));

export function Doors({ phase }: { phase: Exclude<Phase, { name: "in" }> }) {
  const { t } = useTexts();
  switch (phase.name) {
    case "starting":
      return (
        <main class="door">
          <p class="quiet" role="status">
            {t("app.loading")}
          </p>
        </main>
      );
    case "unclaimed":
      return (
        <Door title={t("setup.link.title")}>
          <p>{t("setup.link.text")}</p>
          <PairInstead />
          <LanguageChoice />
        </Door>
      );
    case "setup":
      return <SetUp token={phase.token} />;
    case "login":
      return <LogIn reason={phase.reason} />;
    case "pairing":
      return <Pair kept={phase.kept} />;
  }
}

/** A browser that becomes a phone of the home needs no password. */
function PairInstead() {
  const { t } = useTexts();
  return (
    <button
      type="button"
      class="wide"
      onClick={() => {
        note.update(() => null);
        current.update(() => ({ name: "pairing", kept: null }));
      }}
    >
      {t("login.pair")}
    </button>
  );
}

function Door({ title, children }: { title: string; children: ComponentChildren }) {
  const { t } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("app.title", { page: title });
  }, [title, t]);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <main class="door">
      <div class="sign" aria-hidden="true">
        <Icon name="home" size={34} />
      </div>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </main>
  );
}

const SHOWN = { type: "text" } as const;
const SECRET = { type: "password" } as const;

function SetUp({ token }: { token: string }) {
  const { t } = useTexts();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const check = checkPassword(password);
  const good = check.state === "good";
  const [running, submit] = useAction(
    useCallback(async () => {
      note.update(() => null);
      enter(await client.setUp(token, password, name.trim() || t("system.role.owner"), ownTimezone()));
      reached.update(() => "place");
    }, [token, password, name, t]),
  );
  const rule =
    check.state === "good"
      ? t("setup.password.good")
      : check.state === "long"
        ? t("setup.password.long")
        : password === ""
          ? t("setup.password.rule")
          : t("setup.password.short", { missing: check.missing });
  return (
    <Door title={t("setup.title")}>
      <p class="lead">{t("setup.lead")}</p>
      <LanguageChoice />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (good) submit();
          else field.current?.focus();
        }}
      >
        <label class="field">
          <span>{t("setup.name")}</span>
          <input
            value={name}
            maxLength={60}
            autocomplete="off"
            aria-describedby="name-hint"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <small id="name-hint">{t("setup.name.hint")}</small>
        </label>
        <label class="field">
          <span>{t("setup.password")}</span>
          <input
            ref={field}
            {...(shown ? SHOWN : SECRET)}
            value={password}
            autocomplete="new-password"
            required
            aria-invalid={tried && !good}
            aria-describedby="password-rule"
            onInput={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
          <small id="password-rule" class={good ? "good" : tried ? "bad" : ""} role="status">
            {good && <Icon name="check" size={16} />}
            {tried && !good && <Icon name="warning" size={16} />} {rule}
          </small>
        </label>
        <label class="tick">
          <input
            type="checkbox"
            checked={shown}
            onChange={(event) => {
              setShown(event.currentTarget.checked);
            }}
          />
          <span>{t("setup.password.show")}</span>
        </label>
        <button type="submit" class="primary wide" disabled={running}>
          {t("setup.submit")}
        </button>
        <p class="quiet">{t("setup.promise")}</p>
      </form>
    </Door>
  );
}

function LogIn({ reason }: { reason: Extract<Phase, { name: "login" }>["reason"] }) {
  const { t } = useTexts();
  const [password, setPassword] = useState("");
  const [running, submit] = useAction(
    useCallback(async () => {
      note.update(() => null);
      try {
        enter(await client.logIn(password));
      } catch (error) {
        setPassword("");
        if (error instanceof Problem && error.status === 401) {
          throw new Problem(0, { ...error.body, code: "wrong_password" });
        }
        throw error;
      }
    }, [password]),
  );
  const why = reason === null ? null : t(reason === "spent" ? "setup.spent" : `login.${reason}`);
  return (
    <Door title={t("login.title")}>
      {why !== null && <p class="lead">{why}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label class="field">
          <span>{t("login.password")}</span>
          <input
            type="password"
            value={password}
            autocomplete="current-password"
            required
            onInput={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" class="primary wide" disabled={running}>
          {t("login.submit")}
        </button>
      </form>
      <PairInstead />
      <LanguageChoice />
    </Door>
  );
}
