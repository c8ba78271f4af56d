// Exactly what leaves next to each recipient of the monitoring: the bytes that the gate made and will send.

import type { Next } from "../../api/figures";
import { bytes, dateTime } from "../../state/format";
import { useFigureTexts } from "../../texts/figures";
import { Exact } from "../privacy/Exact";

/** allowed: to whom there is a consent. */
export function Following({ next, allowed }: { next: Next[]; allowed: string[] }) {
  const { t, language } = useFigureTexts();
  return (
    <>
      <h3>{t("figures.next")}</h3>
      <p class="quiet">{t(next.length === 0 ? "figures.next.none" : "figures.next.text")}</p>
      {next.map(({ recipient, week, at, text, sha256, bytes: size }) => (
        <div class="preview" key={recipient} data-next={recipient}>
          <p>
            {t("figures.next.to", { recipient, week, bytes: bytes(size, language) })}{" "}
            {t(allowed.includes(recipient) ? "figures.next.allowed" : "figures.next.not", {
              at: dateTime(Date.parse(at), language),
            })}
          </p>
          <Exact text={text} sha256={sha256} title={t("figures.next.of", { recipient })} />
        </div>
      ))}
    </>
  );
}
