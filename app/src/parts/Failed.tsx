// What could not be loaded, with the way to try again; the problem itself is told as a note.

import { useTexts } from "../texts";

export function Failed({ again }: { again: () => void }) {
  const { t } = useTexts();
  return (
    <div class="card">
      <p>{t("privacy.failed")}</p>
      <button type="button" onClick={again}>
        {t("again")}
      </button>
    </div>
  );
}
