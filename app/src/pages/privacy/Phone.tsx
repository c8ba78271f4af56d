// This browser as a phone of the home: enrolled by the code that the gate shows, with a key that never leaves it.

import { useCallback, useState } from "preact/hooks";
import type { Bytes } from "../../gate/bytes";
import { readClaim } from "../../gate/keys";
import { read } from "../../gate/memory";
import { enrol, leaveHome, type Me } from "../../gate/phone";
import { visit } from "../../gate/visit";
import { Copy } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { Fingerprints } from "../../parts/Fingerprints";
import { Title } from "../../parts/Frame";
import { useLoad, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { Scan } from "../../parts/Scan";
import { phase, tell } from "../../state/app";
import { isVisitor } from "../../state/roles";
import { gateOrigin } from "../../state/served";
import { useCentre } from "../../texts/privacy";
import { OfferMine } from "./Naming";
import { ForGuests, useAct, useMe } from "./shared";

const COMMAND = "homebase phone claim";

export function PhonePage() {
  const { t } = useCentre();
  const role = useRole();
  const now = useMe();
  return (
    <>
      <Title text={t("phone.title")} back={{ href: "#/privacy", label: t("more.privacy") }} />
      {isVisitor(role) && (now.gate === null ? <ForGuests /> : <Keys gate={now.gate} />)}
      {!isVisitor(role) && now.state === "insecure" && <p class="card">{t("phone.state.insecure.text")}</p>}
      {!isVisitor(role) && now.gate !== null && <Known now={now} />}
      {!isVisitor(role) && now.state === "reads" && <OfferMine />}
      {!isVisitor(role) && (now.state === "none" || now.state === "reads") && <Enrol />}
      {now.gate !== null && <Unpair />}
    </>
  );
}

function Enrol() {
  const { t } = useCentre();
  const [code, setCode] = useState("");
  const [running, start] = useAct(
    useCallback(
      async (text: string) => {
        await enrol(text);
        tell(t("phone.enrolled"));
        await visit();
      },
      [t],
    ),
  );
  return (
    <>
      <p class="lead">{t("phone.lead")}</p>
      <section class="card" aria-labelledby="claim">
        <h2 id="claim">{t("phone.claim")}</h2>
        <p>{t("phone.claim.text")}</p>
        <Copy text={COMMAND} label={t("phone.command")} />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            start(code);
          }}
        >
          <label class="field">
            <span>{t("phone.code")}</span>
            <input
              value={code}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              aria-describedby="code-hint"
              onInput={(event) => {
                setCode(event.currentTarget.value);
              }}
            />
            <small id="code-hint">{t("phone.code.hint")}</small>
          </label>
          <button type="submit" class="primary wide" disabled={running || code.trim() === ""}>
            {t("phone.enrol")}
          </button>
        </form>
        <Scan label={t("phone.scan")} accepts={(seen) => readClaim(seen) !== null} onRead={start} />
      </section>
      <p class="quiet">{t("phone.secret")}</p>
    </>
  );
}

/** For whoever sees no more of this page: that this phone speaks with the right home can be looked up here, too. */
function Keys({ gate }: { gate: Bytes }) {
  const { t } = useCentre();
  return (
    <section class="card" aria-labelledby="keys">
      <h2 id="keys">{t("phone.keys")}</h2>
      <p>{t("phone.keys.text")}</p>
      <dl class="facts">
        <Marks gate={gate} />
      </dl>
    </section>
  );
}

/** The home's keys as they stood in the code; a browser with a token alone knows the gate's. */
function Marks({ gate }: { gate: Bytes }) {
  const [hub] = useLoad(() => read("hub"), "hub");
  return <Fingerprints hub={hub.state === "here" ? (hub.value?.hubKey ?? null) : null} gate={gate} />;
}

/** What this browser and the gate know of each other. */
function Known({ now }: { now: Extract<Me, { state: "reads" | "here" }> }) {
  const { t } = useCentre();
  return (
    <section class="card" aria-labelledby="key" data-known={now.state}>
      <h2 id="key">
        <Icon name="shield" /> {t(`phone.state.${now.state}`)}
      </h2>
      <p>{t(`phone.state.${now.state}.text`)}</p>
      <dl class="facts">
        {now.phone !== null && (
          <div>
            <dt>{t("phone.key")}</dt>
            <dd class="breakable">{now.phone.kid}</dd>
          </div>
        )}
        <Marks gate={now.gate} />
      </dl>
      <p class="quiet">
        {t(gateOrigin() === null ? "phone.from.export" : "phone.from.gate", { host: location.host })} {t("phone.gate.text")}
      </p>
    </section>
  );
}

/** A phone with a session leaves the home whole; a browser with a token stays logged in. */
async function unpair(): Promise<void> {
  const now = phase.get();
  if (now.name !== "in" || now.token !== null) return leaveHome();
  const { removed } = await import("../../state/phone");
  await removed("out");
}

function Unpair() {
  const { t } = useCentre();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class="wide"
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("phone.forget")}
      </button>
      {asking && (
        <Dialog
          title={t("phone.forget")}
          confirm={t("phone.forget.do")}
          danger
          onConfirm={() => {
            void unpair();
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("phone.forget.text")}</p>
        </Dialog>
      )}
    </>
  );
}
