// A newer build of the app waits: said once, taken when somebody wants it.

import { newer, takeNewer } from "../state/shell";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";

export function Newer() {
  const { t } = useTexts();
  const here = useSelect(newer, (value) => value);
  return (
    <div class="newer" role="status">
      {here && (
        <p class="banner">
          <span>{t("app.newer")}</span>
          <button type="button" onClick={takeNewer}>
            {t("app.newer.take")}
          </button>
        </p>
      )}
    </div>
  );
}
