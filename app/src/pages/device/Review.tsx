// Old → new, before anything is written.

import type { ParameterChange, Paramset } from "../../api/memory";
import { Dialog } from "../../parts/Dialog";
import { useTechnical } from "../../texts/technical";
import { plainName, valueText } from "./parameters";

interface ReviewProps {
  changes: readonly ParameterChange[];
  set: Paramset;
  onConfirm: () => void;
  onClose: () => void;
}

export function Review({ changes, set, onConfirm, onClose }: ReviewProps) {
  const texts = useTechnical();
  const { t } = texts;
  return (
    <Dialog title={t("review.title")} confirm={t("review.write")} onConfirm={onConfirm} onClose={onClose}>
      {changes.length === 0 && <p>{t("review.nothing")}</p>}
      <ul class="review">
        {changes.map(({ name, old, new: next }) => {
          const parameter = set.parameters[name];
          return (
            <li key={name}>
              <strong>{plainName(name, texts)}</strong>{" "}
              <small class="code" lang="en">
                {name}
              </small>
              <p>
                <span class="hidden">{t("review.from")} </span>
                <span class="old">{parameter === undefined ? String(old) : valueText(old, parameter, texts)}</span>
                <span aria-hidden="true"> → </span>
                <span class="hidden"> {t("review.to")} </span>
                <strong class="new">{parameter === undefined ? String(next) : valueText(next, parameter, texts)}</strong>
              </p>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
