// One parameter: its plain name beside the CCU's, the field by its type, its range, its special values.

import { useId, useState } from "preact/hooks";
import type { Parameter, Value } from "../../api/types";
import { Age } from "../../parts/Age";
import { Icon } from "../../parts/Icon";
import { isShare, MINUTE } from "../../state/format";
import { readNumber, type Row, sameValue, specialOf } from "../../state/paramset";
import { useTechnical } from "../../texts/technical";
import { choiceName, plainName, rangeText, specialName, typed, valueText } from "./parameters";

export interface FieldProps {
  row: Row;
  /** What the person wants, not sent yet. */
  drafted: Value | undefined;
  /** When its list was read: a parameter of that age doesn't repeat it. */
  readAt: string | null;
  /** Only owners write into devices; others read. */
  mayWrite: boolean;
  onValue: (value: Value) => void;
  onFault: (wrong: boolean) => void;
}

export function ParameterField(props: FieldProps) {
  const texts = useTechnical();
  const { t } = texts;
  const { row, drafted } = props;
  const id = useId();
  const shown = drafted ?? row.waiting ?? row.value;
  const changed = drafted !== undefined;
  return (
    <li class={changed ? "changed" : ""}>
      <div class="about">
        <label for={id}>{plainName(row.name, texts)}</label>
        <small class="code" lang="en">
          {row.name}
        </small>
        {row.parameter.readable && !isOfOneReading(row.toldAt, props.readAt) && (
          <small class="toldat">
            {row.toldAt === null ? (
              t("settings.value.assumed")
            ) : (
              <>
                {t("settings.value.read")} <Age at={row.toldAt} />
              </>
            )}
          </small>
        )}
      </div>
      <Field {...props} id={id} shown={shown} />
      {shown === undefined && row.parameter.type !== "ENUM" && <small class="unread">{t("settings.unread")}</small>}
      {changed && (
        <p class="was">
          <Icon name="edit" size={15} /> {t("settings.was", { value: valueText(row.waiting ?? row.value, row.parameter, texts) })}
        </p>
      )}
      {!changed && row.waiting !== undefined && !sameValue(row.waiting, row.value) && (
        <p class="was">
          <Icon name="clock" size={15} /> {t("settings.waiting", { value: valueText(row.value, row.parameter, texts) })}
        </p>
      )}
    </li>
  );
}

const isOfOneReading = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && Math.abs(Date.parse(one) - Date.parse(other)) < MINUTE;

interface InnerProps extends FieldProps {
  id: string;
  shown: Value | undefined;
}

function Field({ row, id, shown, mayWrite, onValue, onFault }: InnerProps) {
  const texts = useTechnical();
  const { parameter } = row;
  if (!parameter.writable || !mayWrite) return <output id={id}>{valueText(shown, parameter, texts)}</output>;
  switch (parameter.type) {
    case "BOOL":
      return (
        <input
          id={id}
          type="checkbox"
          role="switch"
          checked={shown === true}
          ref={(box) => {
            if (box !== null) box.indeterminate = shown === undefined;
          }}
          onChange={(event) => {
            onValue(event.currentTarget.checked);
          }}
        />
      );
    case "ENUM":
      return (
        <select
          id={id}
          value={typeof shown === "number" ? String(shown) : ""}
          onChange={(event) => {
            onValue(Number(event.currentTarget.value));
          }}
        >
          {typeof shown !== "number" && <option value="">{texts.t("settings.unread")}</option>}
          {parameter.enum.map((word, index) => (
            <option key={word} value={index}>
              {choiceName(word, texts)}
            </option>
          ))}
        </select>
      );
    case "STRING":
      return (
        <input
          id={id}
          value={typeof shown === "string" ? shown : ""}
          maxLength={parameter.max ?? undefined}
          autocomplete="off"
          onInput={(event) => {
            onValue(event.currentTarget.value);
          }}
        />
      );
    case "ACTION":
      return null;
    default:
      return <NumberField id={id} parameter={parameter} shown={shown} onValue={onValue} onFault={onFault} />;
  }
}

interface NumberProps {
  id: string;
  parameter: Parameter;
  shown: Value | undefined;
  onValue: (value: Value) => void;
  onFault: (wrong: boolean) => void;
}

function NumberField({ id, parameter, shown, onValue, onFault }: NumberProps) {
  const texts = useTechnical();
  const { t, language } = texts;
  const share = isShare(parameter);
  const [text, setText] = useState<string | null>(null);
  const special = specialOf(shown, parameter);
  const specials = Object.entries(parameter.special);
  const said = text === null ? null : readNumber(text, share ? inPercent(parameter) : parameter);
  const fault = said !== null && "fault" in said ? said.fault : null;
  const range = rangeText(parameter, texts);
  const take = (next: string) => {
    setText(next);
    const found = readNumber(next, share ? inPercent(parameter) : parameter);
    onFault("fault" in found);
    if ("value" in found) onValue(share ? found.value / 100 : found.value);
  };
  return (
    <div class="number">
      {specials.length > 0 && (
        <select
          aria-label={t("settings.special")}
          value={special ?? ""}
          onChange={(event) => {
            const found = parameter.special[event.currentTarget.value];
            onFault(false);
            onValue(found ?? parameter.min ?? 0);
          }}
        >
          <option value="">{t("settings.number")}</option>
          {specials.map(([word]) => (
            <option key={word} value={word}>
              {specialName(word, texts)}
            </option>
          ))}
        </select>
      )}
      {special === null && (
        <span class="withunit">
          <input
            id={id}
            inputMode="decimal"
            value={text ?? typed(shown, parameter, language)}
            autocomplete="off"
            aria-invalid={fault !== null}
            aria-describedby={`${id}-range`}
            onInput={(event) => {
              take(event.currentTarget.value);
            }}
            onBlur={() => {
              if (fault === null) setText(null);
            }}
          />
          <span aria-hidden="true">{share ? "%" : (parameter.unit ?? "")}</span>
        </span>
      )}
      {special !== null && <output id={id} class="hidden">{specialName(special, texts)}</output>}
      <small id={`${id}-range`} role={fault === null ? undefined : "alert"}>
        {fault === null ? range : t(`fault.${fault}`, { range })}
      </small>
    </div>
  );
}

const inPercent = (parameter: Parameter): Parameter => ({
  ...parameter,
  min: parameter.min === null ? null : parameter.min * 100,
  max: parameter.max === null ? null : parameter.max * 100,
  special: {},
});
