// Erasing (Art. 17): one person, one kind of data, or everything, under this phone's signature; the gate's signed
// report says what went, what stays and why.

import { useCallback, useState } from "preact/hooks";
import { NotConfirmed, textOf } from "../../gate/attest";
import { me, state, whoAmI } from "../../gate/phone";
import { type Effect, readReport } from "../../gate/report";
import { Dialog } from "../../parts/Dialog";
import { Icon } from "../../parts/Icon";
import { json, save } from "../../state/save";
import { useSelect } from "../../state/store";
import { said, useCentre } from "../../texts/privacy";
import { Choice } from "./Give";
import { Kinds } from "./Kinds";
import { PairFirst } from "./PhoneState";
import { useAct } from "./shared";

type What = "person" | "category" | "everything";

interface Done {
  effects: Effect[];
  report: string;
  signature: string;
}

export function Erase({ again }: { again: () => void }) {
  const { t } = useCentre();
  const phone = useSelect(me, (value) => value.phone);
  const [what, setWhat] = useState<What | null>(null);
  const [name, setName] = useState("");
  const [category, setCategory] = useState("");
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<Done | null>(null);
  const ready = what === "everything" || (what === "person" && name.trim() !== "") || (what === "category" && category !== "");
  const [running, erase] = useAct(
    useCallback(async () => {
      const told = await state("erase", () => ({
        person: what === "person" ? name.trim() : null,
        category: what === "category" ? category : null,
      }));
      const mine = (await whoAmI()).phone;
      const [report, signature] = [textOf(told, "report"), textOf(told, "signature")];
      const effects = mine === null ? null : await readReport(report, signature, mine.gate);
      if (effects === null) throw new NotConfirmed("the report is not the gate's");
      setDone({ effects, report, signature });
      again();
    }, [what, name, category, again]),
  );
  return (
    <section class="card" aria-labelledby="erase">
      <h2 id="erase">{t("data.erase")}</h2>
      <p>{t("data.erase.text")}</p>
      {phone === null ? (
        <PairFirst />
      ) : (
        <>
          <Choice
            legend={t("data.erase.what")}
            name="erase"
            options={(["person", "category", "everything"] as const).map((one) => [one, t(`data.erase.${one}`)])}
            chosen={what}
            choose={(value) => {
              setWhat(value as What);
            }}
          />
          {what === "person" && (
            <label class="field">
              <span>{t("data.erase.name")}</span>
              <input
                value={name}
                autocomplete="off"
                onInput={(event) => {
                  setName(event.currentTarget.value);
                }}
              />
            </label>
          )}
          {what === "category" && <Kinds label={t("privacy.kinds")} chosen={category} choose={setCategory} />}
          <button
            type="button"
            class="wide"
            disabled={running || !ready}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t(running ? "data.erase.running" : "data.erase.do")}
          </button>
        </>
      )}
      {asking && (
        <Dialog
          title={t("data.erase.sure")}
          confirm={t("data.erase.do")}
          danger
          onConfirm={() => {
            setAsking(false);
            erase();
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("data.erase.sure.text")}</p>
        </Dialog>
      )}
      {done !== null && <Report done={done} />}
    </section>
  );
}

function Report({ done }: { done: Done }) {
  const { t, language } = useCentre();
  return (
    <div data-report>
      <h3>{t("data.report")}</h3>
      <p class="good">
        <Icon name="check" size={18} /> {t("centre.confirmed")}
      </p>
      {done.effects.length === 0 && <p>{t("data.report.none")}</p>}
      <ul>
        {done.effects.map((effect) => (
          <li key={`${effect.holding} ${effect.why}`}>
            {effect.holding}: {t("data.report.erased", { count: effect.erased })}
            {effect.stays > 0 && `, ${t("data.report.stays", { count: effect.stays, why: said(effect.why, language) })}`}
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="wide"
        onClick={() => {
          save("homebase-erasure.json", json({ report: done.report, signature: done.signature }));
        }}
      >
        <Icon name="save" size={18} /> {t("data.report.save")}
      </button>
    </div>
  );
}
