// One phone's name and what it may, changed by its owner: it counts at once, wherever the phone is. Who takes the role
// from the phone in the own hand is asked once more.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { PhoneInfo, phonesApi } from "../../api/phones";
import { Dialog } from "../../parts/Dialog";
import { home, tell } from "../../state/app";
import { changesOf, draftOf } from "../../state/permit";
import { usePhoneTexts } from "../../texts/phones";
import { PermitFields, usePermit } from "./Permit";

const LONGEST_NAME = 60;

interface Props {
  api: ReturnType<typeof phonesApi>;
  phone: PhoneInfo;
  name: string;
  isOwn: boolean;
  onEnd: (changed: boolean) => void;
}

export function Change({ api, phone, name, isOwn, onEnd }: Props) {
  const { t } = usePhoneTexts();
  const [before] = useState(() => draftOf(phone, home.get().rooms.map((room) => room.id)));
  const [asking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const { draft, change, faults, isRight, tried, running, save } = usePermit(
    before,
    before,
    useCallback(
      async (now: typeof before) => {
        const changes = changesOf(phone, before, now);
        const isAny = Object.keys(changes).length > 0;
        if (isAny) {
          const after = await api.change(phone.id, changes);
          tell(t("phones.changed", { name: after.name === "" ? t("phones.unnamed") : after.name }));
        }
        onEnd(isAny);
      },
      [api, phone, before, onEnd, t],
    ),
  );
  return (
    <form
      noValidate
      aria-label={t("phones.change.of", { name })}
      onSubmit={(event) => {
        event.preventDefault();
        if (isOwn && isRight && before.role === "owner" && draft.role !== "owner") setAsking(true);
        else save();
      }}
    >
      <label class="field">
        <span>{t("phones.name")}</span>
        <input
          ref={field}
          value={draft.name}
          maxLength={LONGEST_NAME}
          autocomplete="off"
          onInput={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
        {faults.name !== undefined && (
          <small class="bad" role="alert">
            {faults.name}
          </small>
        )}
      </label>
      <PermitFields draft={draft} onChange={change} faults={faults} tried={tried} />
      <div class="buttons">
        <button
          type="button"
          disabled={running}
          onClick={() => {
            onEnd(false);
          }}
        >
          {t("cancel")}
        </button>
        <button type="submit" class="primary" disabled={running}>
          {t("save")}
        </button>
      </div>
      {asking && (
        <Dialog
          title={t("phones.lower")}
          confirm={t("phones.lower.do")}
          danger
          onConfirm={() => {
            setAsking(false);
            save();
          }}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("phones.lower.text", { role: t(`phones.role.${draft.role}`) })}</p>
        </Dialog>
      )}
    </form>
  );
}
