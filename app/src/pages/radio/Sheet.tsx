// The key on a sheet: its words, its QR code, what it is for. The print style leaves everything else away.

import { Icon } from "../../parts/Icon";
import { Qr } from "../../parts/Qr";
import type { KeySheet } from "../../api/radio";
import { dateTime } from "../../state/format";
import { numbered } from "../../state/keys";
import { useTechnical } from "../../texts/technical";

export function Sheet({ sheet, hide }: { sheet: KeySheet; hide: () => void }) {
  const { t, language } = useTechnical();
  return (
    <>
      <div class="sheet">
        <h3>{t("sheet.title")}</h3>
        <p>{t("sheet.text")}</p>
        <div class="sheetcode">
          <Qr text={sheet.code} label={t("sheet.qr")} />
          <dl class="facts">
            <div>
              <dt>{t("sheet.address")}</dt>
              <dd class="code">{sheet.address}</dd>
            </div>
            <div>
              <dt>{t("sheet.index")}</dt>
              <dd class="code">{sheet.index}</dd>
            </div>
            <div>
              <dt>{t("sheet.made")}</dt>
              <dd>{dateTime(Date.now(), language)}</dd>
            </div>
          </dl>
        </div>
        <ol class="sheetwords">
          {numbered(sheet.words).map(({ number, word }) => (
            <li key={number}>
              <span class="code">{word}</span>
            </li>
          ))}
        </ol>
        <p>{t("sheet.keep")}</p>
        <p class="breakable">
          <small class="code">{sheet.code}</small>
        </p>
      </div>
      <div class="buttons">
        <button type="button" onClick={hide}>
          {t("sheet.hide")}
        </button>
        <button
          type="button"
          class="primary"
          onClick={() => {
            window.print();
          }}
        >
          <Icon name="print" size={18} /> {t("sheet.print")}
        </button>
      </div>
    </>
  );
}
