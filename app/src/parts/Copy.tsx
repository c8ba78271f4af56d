// A command to be typed elsewhere, with a button that copies it.

import { tell } from "../state/app";
import { useTexts } from "../texts";
import { Icon } from "./Icon";

export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useTexts();
  const copy = () => {
    // absent where the origin is not secure
    const clipboard = navigator.clipboard as Clipboard | undefined;
    (clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => {
        tell(t("copied"));
      },
      () => {
        tell(t("copy.failed"));
      },
    );
  };
  return (
    <div class="copy">
      <code tabIndex={0} role="region" aria-label={label}>
        {text}
      </code>
      <button type="button" onClick={copy}>
        <Icon name="copy" size={18} /> {t("copy")}
      </button>
    </div>
  );
}
