// Send time of the running hour as a bar, the ledger by device and cause, and what to do when it gets short.

import { radioApi, type AirtimeReport } from "../../api/radio";
import { Failed } from "../../parts/Failed";
import { useLoad, useNow } from "../../parts/hooks";
import { Icon, type IconName } from "../../parts/Icon";
import { useDeviceName } from "../../parts/naming";
import { causeText } from "../../parts/Scarce";
import { client, home } from "../../state/app";
import { advice, type Bar, bar, byCause, byDevice, type DeviceShare } from "../../state/airtime";
import { about, percent, SECOND, seconds } from "../../state/format";
import { deviceLink } from "../../state/route";
import { useSelect } from "../../state/store";
import { type Technical, useTechnical } from "../../texts/technical";

const NEARLY = 0.1; // of the hour's send time is left
const LOOK_EVERY_MS = 5 * SECOND;

export function AirtimeCard({ name, lost }: { name: string; lost: boolean }) {
  const texts = useTechnical();
  const { t } = texts;
  const turn = Math.floor(useNow(LOOK_EVERY_MS, !lost) / LOOK_EVERY_MS);
  const [loaded, again] = useLoad(() => radioApi(client, name).airtime(), `${name} ${turn}`);
  return (
    <section class="card airtime" aria-labelledby="airtime">
      <h2 id="airtime">{t("airtime.title")}</h2>
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state !== "failed" && <Hour report={loaded.state === "here" ? loaded.value : null} texts={texts} />}
    </section>
  );
}

// drawn before the answer too, so that nothing jumps when it comes
function Hour({ report, texts }: { report: AirtimeReport | null; texts: Technical }) {
  const { t, language } = texts;
  const shares: Bar = report === null ? { used: 0, free: 1, alarms: 0, answers: 0 } : bar(report);
  const says =
    report === null
      ? "…"
      : t("airtime.says", {
          used: seconds(report.used_ms, language),
          limit: seconds(report.limit_ms, language),
          share: percent(report.used_ms / report.limit_ms, language),
        });
  return (
    <>
      <p class="airtimesays">
        <strong>{says}</strong>
      </p>
      <svg class={`bar ${shares.free < NEARLY ? "full" : ""}`} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={says}>
        <rect class="free" x="0" y="0" width="100" height="6" />
        <rect class="used" x="0" y="0" width={100 * shares.used} height="6" />
        <rect class="reserve" x={100 * (1 - shares.answers - shares.alarms)} y="0" width={100 * shares.alarms} height="6" />
        <rect class="answers" x={100 * (1 - shares.answers)} y="0" width={100 * shares.answers} height="6" />
      </svg>
      <ul class={`legend ${shares.free < NEARLY ? "full" : ""}`}>
        <li>
          <span class="swatch used" aria-hidden="true" /> {t("airtime.used")}
        </li>
        <li>
          <span class="swatch free" aria-hidden="true" /> {t("airtime.free")}
        </li>
        <li>
          <span class="swatch reserve" aria-hidden="true" />{" "}
          {t("airtime.reserve", { time: report === null ? "…" : seconds(report.alarm_reserve_ms, language) })}
        </li>
        <li>
          <span class="swatch answers" aria-hidden="true" />{" "}
          {t("airtime.answers", { time: report === null ? "…" : seconds(report.answer_reserve_ms, language) })}
        </li>
      </ul>
      <p role="status">
        <Icon name={sign(report)} size={18} /> {forecast(report, texts)}
      </p>
      {report !== null && <Advice report={report} texts={texts} />}
      <p class="quiet">{t("airtime.law")}</p>
      {report !== null && <Ledger report={report} />}
    </>
  );
}

function sign(report: AirtimeReport | null): IconName {
  if (report === null || (report.level === "normal" && report.exhausted_in_s === null)) return "check";
  return report.level === "normal" ? "clock" : "warning";
}

function forecast(report: AirtimeReport | null, { t, language }: Technical): string {
  if (report === null) return "…";
  if (report.level === "exhausted") return t("airtime.exhausted");
  if (report.exhausted_in_s === null) return t(report.level === "normal" ? "airtime.enough" : "airtime.scarce");
  return t(report.level === "normal" ? "airtime.forecast.calm" : "airtime.forecast", { time: about(report.exhausted_in_s * SECOND, language) });
}

function Advice({ report, texts: { t } }: { report: AirtimeReport; texts: Technical }) {
  const found = advice(report);
  return found === null ? null : (
    <p class="hint">
      <Icon name="other" size={18} /> <span>{t(`airtime.advice.${found}`)}</span>
    </p>
  );
}

function Ledger({ report }: { report: AirtimeReport }) {
  const { t, language } = useTechnical();
  if (report.entries.length === 0) return <p class="quiet">{t("airtime.nobody")}</p>;
  const causes = byCause(report.entries);
  return (
    <>
      <h3>{t("airtime.by")}</h3>
      <p>
        {causes
          .map(({ cause, share }) => t("airtime.share", { cause: t(`cause.${cause}`), share: percent(share, language) }))
          .join(" · ")}
      </p>
      <ul class="ledgerlist">
        {byDevice(report.entries).map((share) => (
          <LedgerRow key={share.device ?? ""} share={share} usedMs={report.used_ms} />
        ))}
      </ul>
    </>
  );
}

function LedgerRow({ share, usedMs }: { share: DeviceShare; usedMs: number }) {
  const texts = useTechnical();
  const { t, tn, language } = texts;
  const nameOf = useDeviceName();
  const device = useSelect(home, (state) => (share.device === null ? undefined : state.devices.get(share.device)));
  const name = share.device === null ? t("airtime.nodevice") : device === undefined ? share.device : nameOf(device);
  return (
    <li>
      <details>
        <summary>
          <span class="name">{name}</span>
          <span class="amount">
            {seconds(share.usedMs, language)} <small>{percent(usedMs === 0 ? 0 : share.usedMs / usedMs, language)}</small>
          </span>
        </summary>
        <table>
          <caption class="hidden">{name}</caption>
          <thead class="hidden">
            <tr>
              <th scope="col">{t("airtime.cause")}</th>
              <th scope="col">{t("airtime.time")}</th>
            </tr>
          </thead>
          <tbody>
            {share.causes.map((one) => (
              <tr key={`${one.cause} ${one.name}`}>
                <th scope="row">{causeText(one, texts)}</th>
                <td>
                  {seconds(one.usedMs, language)}{" "}
                  <small>
                    {tn("airtime.frames", one.frames)}
                    {one.bursts > 0 && `, ${tn("airtime.bursts", one.bursts)}`}
                  </small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {device !== undefined && <a href={deviceLink(device.address)}>{t("airtime.todevice")}</a>}
      </details>
    </li>
  );
}
