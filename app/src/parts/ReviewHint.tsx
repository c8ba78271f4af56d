// Once a year, for the owner: the question whether the account's data is still right. Made at home, sends nothing.

import { useTexts } from "../texts";
import { Icon } from "./Icon";

export function ReviewHint() {
  const { t } = useTexts();
  return (
    <p class="foot">
      <a href="#/account">
        <Icon name="warning" size={18} /> {t("home.review")}
      </a>
    </p>
  );
}
