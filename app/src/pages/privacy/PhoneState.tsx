// Whether this browser is a phone of the home: only then it may agree, and knows that what it sees comes from the gate.

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
      <Icon name={state === "here" ? "shield" : "warning"} />
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
  return (
    <div class="card" data-pair-first>
      <p>
        <Icon name="key" /> {t(state === "insecure" ? "phone.state.insecure.text" : "centre.phone.needed")}
      </p>
      {state === "none" && (
        <a class="button wide" href="#/privacy/phone">
          {t("centre.phone.pair")}
        </a>
      )}
    </div>
  );
}
