// What the pages of the privacy centre share: pages of the gate with its signature, acts that it may refuse.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "../../api/problem";
import { NotConfirmed } from "../../gate/attest";
import { me, NoPhone, type Page, page, Refused, whoAmI } from "../../gate/phone";
import { lookIn, visited } from "../../gate/visit";
import { Failed } from "../../parts/Failed";
import { type Loaded, useLoad } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { tellProblem } from "../../state/app";
import { Store, useSelect } from "../../state/store";
import { type Centre, refusal, useCentre } from "../../texts/privacy";

/** A page of the gate, or "unconfirmed" where its signature is missing or wrong. */
export type Paged<T> = Page<T> | "unconfirmed";

export function useGatePage<T>(path: string, key = ""): [Loaded<Paged<T>>, () => void] {
  return useGate(() => page<T>(path), `${path} ${key}`);
}

/** The same of several pages that are shown as one. */
export function useGate<T>(look: () => Promise<Page<T>>, key: string): [Loaded<Paged<T>>, () => void] {
  const load = () =>
    look().catch((error: unknown): Paged<T> => {
      if (error instanceof NotConfirmed) return "unconfirmed";
      throw error;
    });
  return useLoad<Paged<T>>(load, `${key} ${useSaidAgain()}`);
}

/** Another value once a visit said a withdrawal again: what was loaded before shows it as living. */
export function useSaidAgain(): number {
  return useSelect(visited, (now) => (now.state === "here" && now.visit.resent > 0 ? now.visit.atMs : 0));
}

/** A page of the gate with everything that is not its content. */
export function Shown<T>(props: {
  loaded: Loaded<Paged<T>>;
  again: () => void;
  children: (value: T) => ComponentChildren;
}) {
  const { t } = useCentre();
  const { loaded, again } = props;
  if (loaded.state === "loading")
    return (
      <p class="quiet" role="status">
        {t("app.loading")}
      </p>
    );
  if (loaded.state === "failed") return <Failed again={again} problem={loaded.problem} />;
  if (loaded.value === "unconfirmed") return <Unconfirmed again={again} />;
  return (
    <>
      {props.children(loaded.value.value)}
      <Confirmed confirmed={loaded.value.confirmed} />
    </>
  );
}

/** Whether the gate signed what stands here. */
export function Confirmed({ confirmed }: { confirmed: boolean }) {
  const { t } = useCentre();
  return confirmed ? (
    <p class="quiet confirmed">
      <Icon name="shield" size={18} /> {t("centre.confirmed")}
    </p>
  ) : (
    <p class="quiet confirmed" data-unconfirmed>
      <Icon name="warning" size={18} /> <strong>{t("centre.unconfirmed")}</strong> {t("centre.unconfirmed.why")}{" "}
      <a href="#/privacy/phone">{t("centre.phone.pair")}</a>
    </p>
  );
}

/** Something came that the gate did not sign: it is not shown. */
export function Unconfirmed({ again }: { again: () => void }) {
  const { t } = useCentre();
  return (
    <div class="card bad" role="alert" data-unconfirmed>
      <p>
        <Icon name="warning" /> <strong>{t("centre.unconfirmed")}</strong>
      </p>
      <p>{t("centre.unconfirmed.text")}</p>
      <button type="button" onClick={again}>
        {t("again")}
      </button>
    </div>
  );
}

/** What went wrong between phone and gate, in words. */
export function explained(error: unknown, texts: Centre): unknown {
  if (error instanceof Refused) return new Problem(409, { detail: refusal(texts, error.reason), code: error.reason });
  if (error instanceof Problem && texts.tr(`refused.${error.code}`, "") !== "")
    return new Problem(error.status, { detail: refusal(texts, error.code), code: error.code });
  if (error instanceof NotConfirmed)
    return new Problem(502, { detail: `${texts.t("centre.unconfirmed")}. ${texts.t("centre.unconfirmed.act")}` });
  if (error instanceof NoPhone) return new Problem(409, { detail: texts.t("centre.phone.needed") });
  return error;
}

/** How often something was done at the gate from this page: what was loaded before may be over. */
const acts = new Store(0);

export function useActs(): number {
  return useSelect(acts, (value) => value);
}

/** Do something at the gate, once at a time; a refusal is told in words. */
export function useAct<A extends unknown[]>(run: (...args: A) => Promise<void>): [boolean, (...args: A) => void] {
  const texts = useCentre();
  const [running, setRunning] = useState(false);
  const start = useCallback(
    (...args: A) => {
      setRunning(true);
      run(...args)
        .catch((error: unknown) => {
          tellProblem(explained(error, texts));
        })
        .finally(() => {
          setRunning(false);
          acts.update((old) => old + 1);
        });
    },
    [run, texts],
  );
  return [running, start];
}

/** This phone, and a visit at the gate when the page is opened. */
export function useMe() {
  const texts = useCentre();
  useEffect(() => {
    void whoAmI();
    lookIn().catch((error: unknown) => {
      tellProblem(explained(error, texts));
    });
  }, []);
  return useSelect(me, (value) => value);
}

export function useVisited() {
  return useSelect(visited, (value) => value);
}

/** Guests see nothing of this, and end their own session alone. */
export function ForGuests() {
  const { t } = useCentre();
  return <p class="card">{t("centre.guest")}</p>;
}
