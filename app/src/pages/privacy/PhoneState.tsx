// What this browser is to the gate: whether it may agree, and whether it knows that what it sees comes from the gate.

import { me } from "../../gate/phone";
import { Icon } from "../../parts/Icon";
import { useSelect } from "../../state/store";
import { useCentre } from "../../texts/privacy";

export function PhoneState() {
  const { t } = useCentre();
  const { state } = useSelect(me, (value) => value);
  if (state === "waiting") return null;
  return (
    <a class="card row" href="#/privacy/phone">
      <Icon name={state === "here" || state === "reads" ? "shield" : "warning"} />
      <span class="words">
        <strong>{t(`phone.state.${state}`)}</strong>
        <small>{t(`phone.state.${state}.text`)}</small>
      </span>
      <Icon name="forward" size={18} />
    </a>
  );
}

/** In the place of something that needs the phone's key. */
export function PairFirst() {
  const { t } = useCentre();
  const { state } = useSelect(me, (value) => value);
  const known = state === "insecure" || state === "reads";
  return (
    <div class="card" data-pair-first>
      <p>
        <Icon name="key" /> {t(known ? `phone.state.${state}.text` : "centre.phone.needed")}
      </p>
      {(state === "none" || state === "reads") && (
        <a class="button wide" href="#/privacy/phone">
          {t(state === "reads" ? "centre.phone.agree" : "centre.phone.pair")}
        </a>
      )}
    </div>
  );
}
