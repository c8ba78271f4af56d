// Live frames for people who know the protocol: paused until somebody wants them.

import { useCallback, useEffect, useState } from "preact/hooks";
import { radioApi, type RadioFrame } from "../../api/radio";
import { Title } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { client, home, tellProblem } from "../../state/app";
import { number, SECOND } from "../../state/format";
import { flagNames, FRAMES_SHOWN, grouped, header, matching, meaningKeys, newest } from "../../state/sniffer";
import { useSelect } from "../../state/store";
import { type Technical, useTechnical } from "../../texts/technical";

const ASK_EVERY_MS = SECOND;

export function FramesPage() {
  const { t, tn } = useTechnical();
  const radio = useSelect(home, (state) => state.drivers.find((driver) => driver.airtime !== null)?.name ?? "bidcos");
  const [frames, setFrames] = useState<readonly RadioFrame[]>([]);
  const [listening, setListening] = useState(false);
  const [filter, setFilter] = useState("");
  useFrames(
    radio,
    listening,
    useCallback((news: readonly RadioFrame[]) => {
      setFrames((old) => newest(old, news));
    }, []),
    useCallback(() => {
      setListening(false);
    }, []),
  );
  const shown = matching(frames, filter);
  return (
    <>
      <Title text={t("frames.title")} back={{ href: "#/radio", label: t("radio.title") }} />
      <p class="lead">{t("frames.lead")}</p>
      <div class="inline">
        <button
          type="button"
          class={listening ? "" : "primary"}
          aria-pressed={listening}
          onClick={() => {
            setListening(!listening);
          }}
        >
          <Icon name={listening ? "stop" : "radio"} size={18} /> {t(listening ? "frames.pause" : "frames.listen")}
        </button>
        <label class="field">
          <span>{t("frames.filter")}</span>
          <input
            value={filter}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              setFilter(event.currentTarget.value);
            }}
          />
        </label>
      </div>
      <p class="quiet" role="status">
        {listening ? tn("frames.count", shown.length) : t("frames.paused")}
      </p>
      <ol class="frames" aria-label={t("frames.title")}>
        {shown.map((frame) => (
          <FrameRow key={frame.number} frame={frame} />
        ))}
      </ol>
      <p class="quiet">{t("frames.kept", { count: FRAMES_SHOWN })}</p>
    </>
  );
}

/** Ask for what is new while `on`; a failure is told once and stops it. */
function useFrames(
  radio: string,
  on: boolean,
  take: (news: readonly RadioFrame[]) => void,
  stop: () => void,
): void {
  useEffect(() => {
    if (!on) return;
    let timer = 0;
    let after = 0;
    let wanted = true;
    const ask = async () => {
      const { frames } = await radioApi(client, radio).frames(after);
      if (!wanted) return;
      after = frames.at(-1)?.number ?? after;
      take(frames);
      timer = window.setTimeout(next, ASK_EVERY_MS);
    };
    const next = () => {
      ask().catch((error: unknown) => {
        tellProblem(error);
        stop();
      });
    };
    next();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [radio, on, take, stop]);
}

const BROADCAST = "000000";

function FrameRow({ frame }: { frame: RadioFrame }) {
  const texts = useTechnical();
  const { t, tr, language } = texts;
  const found = header(frame.data);
  const at = new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(Date.parse(frame.at));
  return (
    <li class={frame.sent ? "sent" : "heard"}>
      <p class="framehead">
        <Icon name={frame.sent ? "up" : "down"} size={16} /> <strong>{found === null ? t("frame.noframe") : meaning(found, texts)}</strong>{" "}
        <small>
          {t(frame.sent ? "frame.sent" : "frame.heard")} · {at}
          {frame.rssi_dbm !== null && ` · ${number(frame.rssi_dbm, language, 0.5)}\u202fdBm`}
        </small>
      </p>
      {found !== null && (
        <p class="frameway">
          {found.sender} → {found.receiver === BROADCAST ? t("frame.all") : found.receiver}
          <small> · {t("frame.counter", { counter: found.counter })}</small>
          {flagNames(found.flags).map((flag) => (
            <small key={flag}> · {tr(`flag.${flag}`, flag)}</small>
          ))}
        </p>
      )}
      <code class="breakable">{grouped(frame.data)}</code>
    </li>
  );
}

function meaning(found: Parameters<typeof meaningKeys>[0], { t, tr }: Technical): string {
  const [exact = "", rough = exact] = meaningKeys(found);
  const kind = tr(`frame.kind.${rough}`, t("frame.kind.other", { kind: rough }));
  return tr(`frame.kind.${exact}`, kind);
}
