// Once a year, for the owner: the question whether the account's data is still right. Made at home, sends nothing.

import { useEffect, useState } from "preact/hooks";
import { client, phase } from "../state/app";
import { useSelect } from "../state/store";
import { useTexts } from "../texts";
import { Icon } from "./Icon";

export function ReviewHint() {
  const { t } = useTexts();
  const owner = useSelect(phase, (value) => value.name === "in" && value.role === "owner");
  const [due, setDue] = useState(false);
  useEffect(() => {
    if (!owner) return;
    let wanted = true;
    client.ask<{ review_due: boolean }>("account.read").then(
      (account) => {
        if (wanted) setDue(account.review_due);
      },
      () => undefined, // it is asked again at the next visit
    );
    return () => {
      wanted = false;
    };
  }, [owner]);
  if (!due) return null;
  return (
    <p class="foot">
      <a href="#/account">
        <Icon name="warning" size={18} /> {t("home.review")}
      </a>
    </p>
  );
}
