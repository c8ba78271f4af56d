// Live frames for people who know the protocol: paused until somebody wants them.

import { useCallback, useEffect, useState } from "preact/hooks";
import { radioApi, type RadioFrame } from "../../api/radio";
import { useChannelName } from "../../parts/naming";
import { Title } from "../../parts/Frame";
import { useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, home, tellProblem } from "../../state/app";
import { decibels, SECOND } from "../../state/format";
import { isVisitor } from "../../state/roles";
import { deviceLink } from "../../state/route";
import { flagNames, FRAMES_SHOWN, grouped, header, type Header, matching, meaningKeys, newest, parties, type Party } from "../../state/sniffer";
import { useSelect } from "../../state/store";
import { type Technical, useTechnical } from "../../texts/technical";

const ASK_EVERY_MS = SECOND;

export function FramesPage() {
  const { t } = useTechnical();
  const visitor = isVisitor(useRole());
  return (
    <>
      <Title text={t("frames.title")} back={{ href: "#/radio", label: t("radio.title") }} />
      {visitor ? <p class="card">{t("app.residents")}</p> : <Whole />}
    </>
  );
}

function Whole() {
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
  const name = usePartyName();
  const shown = matching(frames, filter, (frame) => {
    const found = header(frame.data);
    return found === null ? "" : Object.values(parties(frame, found)).map(name).join(" ");
  });
  return (
    <>
      <p class="lead">{t("frames.lead")}</p>
      <button
        type="button"
        class={listening ? "wide" : "primary wide"}
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
          aria-describedby="frames-filter"
          onInput={(event) => {
            setFilter(event.currentTarget.value);
          }}
        />
        <small id="frames-filter">{t("frames.filter.hint")}</small>
      </label>
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

/** "Floor lamp", "Push-button, channel 2", "home base"; strangers by their radio address. */
function usePartyName(): (party: Party) => string {
  const { t } = useTechnical();
  const channelName = useChannelName();
  return (party) => {
    switch (party.who) {
      case "us":
        return t("frame.us");
      case "everybody":
        return t("frame.all");
      case "device":
        return channelName(`${party.device}:${party.channel ?? 0}`);
      case "stranger":
        return t("frame.stranger", { address: party.radio });
    }
  };
}

function FrameRow({ frame }: { frame: RadioFrame }) {
  const texts = useTechnical();
  const { t, language } = texts;
  const found = header(frame.data);
  const at = new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(Date.parse(frame.at));
  return (
    <li class={frame.sent ? "sent" : "heard"}>
      <p class="framehead">
        <Icon name={frame.sent ? "up" : "down"} size={16} /> <strong>{found === null ? t("frame.noframe") : meaning(found, texts)}</strong>{" "}
        <small>
          {t(frame.sent ? "frame.sent" : "frame.heard")} · {at}
          {frame.rssi_dbm !== null && ` · ${decibels(frame.rssi_dbm, language)}`}
        </small>
      </p>
      {found !== null && <Way frame={frame} found={found} />}
      <code class="breakable">{grouped(frame.data)}</code>
    </li>
  );
}

/** From whom to whom, by name; the radio addresses on a tap. */
function Way({ frame, found }: { frame: RadioFrame; found: Header }) {
  const { t, tr } = useTechnical();
  const name = usePartyName();
  const { from, to } = parties(frame, found);
  const ends = [
    { party: from, radio: found.sender },
    { party: to, radio: found.receiver },
  ];
  return (
    <details class="frameway">
      <summary>
        {name(from)} → {name(to)}
      </summary>
      <ul class="plainlist">
        {ends.map(({ party, radio }, at) => (
          <li key={at}>
            {party.who === "device" ? <a href={deviceLink(party.device)}>{name(party)}</a> : name(party)}{" "}
            <span class="code">{radio}</span>
          </li>
        ))}
        <li>
          {t("frame.counter", { counter: found.counter })}
          {flagNames(found.flags).map((flag) => ` · ${tr(`flag.${flag}`, flag)}`)}
        </li>
      </ul>
    </details>
  );
}

function meaning(found: Header, { t, tr }: Technical): string {
  const [exact = "", rough = exact] = meaningKeys(found);
  const kind = tr(`frame.kind.${rough}`, t("frame.kind.other", { kind: rough }));
  return tr(`frame.kind.${exact}`, kind);
}
