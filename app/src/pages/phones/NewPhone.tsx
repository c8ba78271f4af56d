// A code for another phone, drawn on this page with the gate's key that this phone knows itself; then its six words.

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { NewCode, phonesApi, Waiting, Why } from "../../api/phones";
import { Problem } from "../../api/problem";
import { toBase64url } from "../../gate/bytes";
import { whoAmI } from "../../gate/phone";
import { Copy } from "../../parts/Copy";
import { Fingerprints } from "../../parts/Fingerprints";
import { useAction } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { Qr } from "../../parts/Qr";
import { readCode } from "../../remote/code";
import { link, tell } from "../../state/app";
import { type Draft, NEW, permitOf } from "../../state/permit";
import { useSelect } from "../../state/store";
import { usePhoneTexts } from "../../texts/phones";
import { PermitFields, usePermit } from "./Permit";

const LOOK_MS = 1500;

type Api = ReturnType<typeof phonesApi>;
type Step = { name: "none" } | { name: "code"; id: string; text: string; without: string[]; leftOut: string[] } | { name: "ended"; why: Why | "no_key" };

/** The text of a code; null: this browser does not know the gate's key, so it can't vouch for it. */
async function textOf(code: NewCode): Promise<string | null> {
  const { gate } = await whoAmI();
  if (gate === null) return null;
  return `homebase:pair:1:${code.hub_key}:${toBase64url(gate)}:${code.pairing}:${code.secret}::${code.ways.join(";")}`;
}

export function NewPhone({ api, onPaired }: { api: Api; onPaired: () => void }) {
  const { t } = usePhoneTexts();
  const [step, setStep] = useState<Step>({ name: "none" });
  const [running, start] = useAction(
    useCallback(async () => {
      const code = await api.code();
      const text = await textOf(code);
      if (text === null) await api.refuse(code.pairing_id);
      setStep(text === null ? { name: "ended", why: "no_key" } : { name: "code", id: code.pairing_id, text, without: code.without, leftOut: code.left_out });
    }, [api]),
  );
  return (
    <section class="card" aria-labelledby="new-phone">
      <h2 id="new-phone">{t("phones.new")}</h2>
      {step.name === "ended" && (
        <p class="bad" role="alert" data-ended={step.why}>
          {t(`phones.ended.${step.why}`)}
        </p>
      )}
      {step.name === "ended" && step.why === "no_key" ? (
        <a class="button wide" href="#/privacy/phone">
          {t("phones.pair_first")}
        </a>
      ) : step.name === "code" ? (
        <Code
          api={api}
          step={step}
          onEnd={(why) => {
            setStep(why === null ? { name: "none" } : { name: "ended", why });
            if (why === null) onPaired();
          }}
        />
      ) : (
        <>
          <p>{t("phones.new.text")}</p>
          <button type="button" class="primary wide" disabled={running} onClick={start}>
            {t("phones.new.do")}
          </button>
        </>
      )}
    </section>
  );
}

function Code(props: { api: Api; step: Extract<Step, { name: "code" }>; onEnd: (why: Why | null) => void }) {
  const { t } = usePhoneTexts();
  const { api, step, onEnd } = props;
  const code = useMemo(() => readCode(step.text), [step.text]);
  const far = useSelect(link, (value) => value.by === "relay");
  const [waiting, setWaiting] = useState<Waiting["waiting"][number] | null>(null);
  const { draft, change, faults, tried, running: admitting, save: admit } = usePermit(
    NEW,
    null,
    useCallback(
      async (now: Draft) => {
        const { name } = await api.admit(step.id, permitOf(now));
        tell(t("phones.paired", { name }));
        onEnd(null);
      },
      [api, step.id, t],
    ),
  );
  useEffect(() => {
    const look = () => {
      api.waiting().then(
        ({ waiting: rows, ended }) => {
          const over = ended.find(({ pairing }) => pairing === step.id);
          if (over !== undefined) onEnd(over.why);
          setWaiting(rows.find(({ pairing }) => pairing === step.id) ?? null);
        },
        () => undefined, // asked again in a moment
      );
    };
    const timer = window.setInterval(look, LOOK_MS);
    return () => {
      window.clearInterval(timer);
    };
  }, [step.id]);
  const [refusing, refuse] = useAction(
    useCallback(async () => {
      await api.refuse(step.id).catch((error: unknown) => {
        if (error instanceof Problem && error.body.code === "unknown_phone") onEnd(null); // somebody was quicker, or the hub began anew
        throw error;
      });
      onEnd("refused");
    }, [api, step.id]),
  );
  const running = admitting || refusing;
  if (waiting === null)
    return (
      <>
        {step.without.map((relay) => (
          <p class="bad" key={relay} data-without={relay}>
            <Icon name="warning" size={18} /> {t("phones.code.without", { relay })}
          </p>
        ))}
        {step.leftOut.map((relay) => (
          <p class="bad" key={relay} data-left-out={relay}>
            <Icon name="warning" size={18} /> {t("phones.code.left_out", { relay })}
          </p>
        ))}
        <p>{t("phones.code.text")}</p>
        <Qr text={step.text} label={t("phones.code")} />
        <Copy text={step.text} label={t("phones.code")} />
        {code !== null && !far && (
          <>
            <p>{t("phones.code.keys")}</p>
            <dl class="facts">
              <Fingerprints hub={code.hubKey} gate={code.gateKey} />
            </dl>
          </>
        )}
        <button
          type="button"
          class="wide"
          disabled={running}
          onClick={refuse}
        >
          {t("cancel")}
        </button>
      </>
    );
  return (
    <>
      <p role="status">{t("phones.words.text", { name: waiting.name === "" ? t("phones.nameless") : waiting.name })}</p>
      <ol class="six">
        {waiting.words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ol>
      <PermitFields draft={draft} onChange={change} faults={faults} tried={tried} />
      <div class="buttons">
        <button type="button" disabled={running} onClick={refuse}>
          {t("phones.differ")}
        </button>
        <button type="button" disabled={running} onClick={admit}>
          {t("phones.same")}
        </button>
      </div>
    </>
  );
}
