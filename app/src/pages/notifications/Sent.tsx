// What was sent, with what became of it: looked at, and erased, all or what went one way.

import { useState } from "preact/hooks";
import type { MessageWay, SentMessage } from "../../api/messages";
import { Age } from "../../parts/Age";
import { useNotificationTexts } from "../../texts/notifications";
import { Shown, useActs, useGatePage } from "../privacy/shared";
import { Erase } from "./Erase";
import { wayName } from "./Way";

const ARRIVED: readonly string[] = ["sent", "delivered"];

export function Sent({ ways }: { ways: readonly MessageWay[] }) {
  const { t } = useNotificationTexts();
  const [open, setOpen] = useState(false);
  return (
    <section class="card" aria-labelledby="sent">
      <h3 id="sent">{t("sent.title")}</h3>
      <details
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary>{t("sent.show")}</summary>
        {open && <Several ways={ways} />}
      </details>
    </section>
  );
}

function Several({ ways }: { ways: readonly MessageWay[] }) {
  const { t, language } = useNotificationTexts();
  const newest = ways.map(({ last }) => `${last?.at ?? ""} ${last?.fate ?? ""}`).join();
  const [loaded, again] = useGatePage<{ messages: SentMessage[] }>(
    `/gate/v1/messages/sent?lang=${language}`,
    `${newest} ${String(useActs())}`,
  );
  return (
    <Shown loaded={loaded} again={again}>
      {({ messages }) =>
        messages.length === 0 ? (
          <p class="quiet">{t("sent.none")}</p>
        ) : (
          <>
            <ul class="rows">
              {messages.map((one) => (
                <One key={one.transfer} one={one} ways={ways} />
              ))}
            </ul>
            <p class="quiet">{t("sent.kept")}</p>
            <Erase way={null} label={t("sent.erase.all")} title={t("sent.erase.all")} onDone={again} />
          </>
        )
      }
    </Shown>
  );
}

function One({ one, ways }: { one: SentMessage; ways: readonly MessageWay[] }) {
  const { t, tr } = useNotificationTexts();
  const way = ways.find(({ activity, addressee }) => activity === one.activity && addressee === one.addressee);
  const browser = t("ways.browser");
  const gone = one.kind === "push" ? browser : one.addressee;
  return (
    <li data-sent={one.fate}>
      <div class="row">
        <span class="words breakable">
          <strong>{one.text}</strong>
          <small>
            {t(`ways.kind.${one.kind}`)} {way === undefined ? gone : wayName(way, browser)}
          </small>
          <small>
            {tr(`notify.fate.${one.fate}`, one.fate)} · <Age at={one.at} />
            {!ARRIVED.includes(one.fate) && one.what !== "" && ` · ${one.what}`}
          </small>
        </span>
      </div>
    </li>
  );
}
