// Restricting (Art. 18): a kind of data is kept as it is, not shown, not added to, and leaves the house no more.

import { useCallback, useState } from "preact/hooks";
import { page } from "../../gate/phone";
import { client, tell } from "../../state/app";
import { useCentre } from "../../texts/privacy";
import { Kinds } from "./Kinds";
import { useAct } from "./shared";

interface Closed {
  cut: number;
  entry: number | null;
}

export function Restrict({ restricted, again }: { restricted: string[]; again: () => void }) {
  const { t } = useCentre();
  const [category, setCategory] = useState("");
  const [running, restrict] = useAct(
    useCallback(async () => {
      // what closes the door comes first
      const { value } = await page<Closed>("/gate/v1/restrictions", "POST", { category });
      tell(value.entry === null ? t("withdrawn.unrecorded", { cut: value.cut }) : t("data.restrict.done", { entry: value.entry }));
      try {
        await client.ask("rights.restrict", { categories: [...new Set([...restricted, category])].sort() });
      } finally {
        again();
      }
    }, [category, restricted, again, t]),
  );
  return (
    <section class="card" aria-labelledby="restrict">
      <h2 id="restrict">{t("data.restrict")}</h2>
      <p>{t("data.restrict.text")}</p>
      <Kinds label={t("privacy.kinds")} chosen={category} choose={setCategory} />
      <button type="button" class="wide" disabled={running || category === ""} onClick={restrict}>
        {t("data.restrict.do")}
      </button>
    </section>
  );
}
