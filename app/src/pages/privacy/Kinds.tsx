// The kinds of data, to choose one.

import { useCentre } from "../../texts/privacy";
import { reasonsEn } from "../../texts/privacy/reasons_en";

const PREFIX = "category.";
const KINDS = Object.keys(reasonsEn)
  .filter((key) => key.startsWith(PREFIX))
  .map((key) => key.slice(PREFIX.length));

export function Kinds(props: { label: string; chosen: string; choose: (kind: string) => void }) {
  const { t, tr } = useCentre();
  return (
    <label class="field">
      <span>{props.label}</span>
      <select
        value={props.chosen}
        onChange={(event) => {
          props.choose(event.currentTarget.value);
        }}
      >
        <option value="">{t("data.choose")}</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {tr(`${PREFIX}${kind}`, kind)}
          </option>
        ))}
      </select>
    </label>
  );
}
