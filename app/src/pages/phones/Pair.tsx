// This browser becomes a phone of the home: the code, the six words, and the wait for somebody at home.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { forget, keep } from "../../gate/memory";
import { isSecure } from "../../gate/keys";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { LanguageChoice } from "../../parts/LanguageChoice";
import { Scan } from "../../parts/Scan";
import { type PairingCode, readCode } from "../../remote/code";
import { newPair, TooOld } from "../../remote/crypto";
import type { HubKept } from "../../remote/kept";
import { type Failure, pair } from "../../remote/pairing";
import { enterAsPhone, leave } from "../../state/app";
import { begin, chance, removed } from "../../state/phone";
import { installsFirst } from "../../state/installed";
import { gateOrigin } from "../../state/served";
import { usePhoneTexts } from "../../texts/phones";

const COMMAND = "homebase phone code";
const MOST_NAME = 60;

type Step =
  | { name: "code"; why: Failure | "unreadable" | "too_old" | "insecure" | null }
  | { name: "asking" }
  | { name: "words"; words: readonly string[] };

export function Pair({ kept }: { kept: HubKept | null }) {
  const { t } = usePhoneTexts();
  const [step, setStep] = useState<Step>(
    kept === null
      ? { name: "code", why: isSecure() ? null : "insecure" }
      : { name: "words", words: kept.words ?? [] },
  );
  const giveUp = useRef<() => void>(() => undefined);
  const wanted = useRef(true);
  useEffect(() => {
    if (kept !== null) begin(kept); // the page was loaded anew while the words wait
    return () => {
      wanted.current = false;
      giveUp.current();
    };
  }, []);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("app.title", { page: t("pair.title") });
    heading.current?.focus();
  }, [step.name, t]);

  const [running, start] = useAction(
    useCallback(async (text: string, name: string) => {
      const code = readCode(text);
      if (code === null) {
        setStep({ name: "code", why: "unreadable" });
        return;
      }
      setStep({ name: "asking" });
      giveUp.current = await ask(code, name, setStep);
      if (!wanted.current) giveUp.current(); // somebody cancelled meanwhile
    }, []),
  );
  const cancel = () => {
    giveUp.current();
    giveUp.current = () => undefined;
    if (step.name === "words") void removed("out");
    else leave(null);
  };
  return (
    <main class="door">
      <div class="sign" aria-hidden="true">
        <Icon name="key" size={34} />
      </div>
      <h1 tabIndex={-1} ref={heading}>
        {t(step.name === "words" ? "pair.words" : "pair.title")}
      </h1>
      {step.name === "code" && <LanguageChoice />}
      {step.name === "code" && installsFirst(navigator) && (
        <p class="card warn" data-install-first>
          <Icon name="warning" /> {t("pair.install")}
        </p>
      )}
      {step.name === "code" && <Code why={step.why} running={running} onCode={start} />}
      {step.name === "asking" && <p role="status">{t("pair.asking")}</p>}
      {step.name === "words" && <Words words={step.words} />}
      <button type="button" class="wide" onClick={cancel}>
        {t("cancel")}
      </button>
    </main>
  );
}

/** Pair; what comes of it is shown. The returned function gives up. */
async function ask(code: PairingCode, name: string, show: (step: Step) => void): Promise<() => void> {
  try {
    await newPair(); // said before anything is asked
  } catch (error) {
    if (!(error instanceof TooOld)) throw error;
    show({ name: "code", why: "too_old" });
    return () => undefined;
  }
  const hello = { client: "homebase app", name: name.trim().slice(0, MOST_NAME), language: document.documentElement.lang };
  return pair(code, hello, chance, gateOrigin(), {
    keep: async (kept) => {
      await navigator.storage.persist().catch(() => false); // asked for; a browser may say no
      await forget(); // of a home before
      await keep("hub", kept);
    },
    words: ({ words }) => {
      show({ name: "words", words: words ?? [] });
    },
    paired: (kept, facts) => {
      const mine: HubKept = { ...kept, facts, words: null };
      void keep("hub", mine).then(() => {
        enterAsPhone(mine, null);
      });
    },
    failed: (why) => {
      void forget().then(() => {
        show({ name: "code", why });
      });
    },
    broke: begin, // a session waits for the word from home
  });
}

function Code(props: { why: Extract<Step, { name: "code" }>["why"]; running: boolean; onCode: (text: string, name: string) => void }) {
  const { t } = usePhoneTexts();
  const { why, running, onCode } = props;
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  return (
    <>
      <p class="lead">{t("pair.lead", { command: COMMAND })}</p>
      {why !== null && (
        <p class="card bad" role="alert" data-why={why}>
          <Icon name="warning" /> {t(`pair.failed.${why}`)}
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onCode(text, name);
        }}
      >
        <Field label={t("pair.name")} hint={t("pair.name.hint")} id="pair-name">
          <input
            value={name}
            maxLength={MOST_NAME}
            autocomplete="off"
            aria-describedby="pair-name"
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
        </Field>
        <Field label={t("pair.code")} hint={t("pair.code.hint")} id="pair-code">
          <textarea
            value={text}
            rows={4}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby="pair-code"
            onInput={(event) => {
              setText(event.currentTarget.value);
            }}
          />
        </Field>
        <button type="submit" class="primary wide" disabled={running || text.trim() === "" || why === "insecure"}>
          {t("pair.do")}
        </button>
      </form>
      <Scan
        label={t("pair.scan")}
        accepts={(seen) => readCode(seen) !== null}
        onRead={(seen) => {
          onCode(seen, name);
        }}
      />
    </>
  );
}

function Field(props: { label: string; hint: string; id: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      {props.children}
      <small id={props.id}>{props.hint}</small>
    </label>
  );
}

function Words({ words }: { words: readonly string[] }) {
  const { t } = usePhoneTexts();
  return (
    <>
      <ol class="six" aria-label={t("pair.words")}>
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ol>
      <p class="lead">{t("pair.words.text")}</p>
      <p class="quiet" role="status">
        {t("pair.waiting")}
      </p>
    </>
  );
}
