// Nobody may get this yet: homebase.toml names no recipient, and this command enters one.

import type { Activity } from "../../api/types";
import { Copy } from "../../parts/Copy";
import { useCentre } from "../../texts/privacy";

export function Nobody({ activity, keys = false }: { activity: Activity; keys?: boolean }) {
  const { t } = useCentre();
  const more = keys ? " --key KEY" : "";
  return (
    <>
      <p>{t("letter.nobody")}</p>
      <Copy
        text={`homebase recipient add NAME --role processor --host HOST --country DE --path PATH${more} --activity ${activity.id}`}
        label={t("letter.command", { title: activity.title })}
      />
    </>
  );
}
