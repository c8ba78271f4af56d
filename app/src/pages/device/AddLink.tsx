// A new direct link: channel, direction, partner, profile.

import { useCallback, useState } from "preact/hooks";
import { memoryApi, type Written } from "../../api/memory";
import type { Device } from "../../api/types";
import { Failed } from "../../parts/Failed";
import { useChannelName } from "../../parts/naming";
import { useAction, useLoad } from "../../parts/hooks";
import { client, tell } from "../../state/app";
import { linkable, tendsToSend } from "../../state/links";
import { useTechnical } from "../../texts/technical";

export function AddLink({ device, changed }: { device: Device; changed: (written: Written) => void }) {
  const { t, tr } = useTechnical();
  const channels = linkable(device);
  const [index, setIndex] = useState(channels[0] ?? 1);
  const type = device.channels.find((channel) => channel.index === index)?.type ?? "";
  if (channels.length === 0) return null;
  return (
    <section class="card" aria-labelledby="links-add">
      <h2 id="links-add">{t("links.add")}</h2>
      {channels.length > 1 && (
        <label class="field">
          <span>{t("links.mine")}</span>
          <select
            value={index}
            onChange={(event) => {
              setIndex(Number(event.currentTarget.value));
            }}
          >
            {channels.map((one) => {
              const its = device.channels.find((channel) => channel.index === one)?.type ?? "";
              const words = tr(`channel.${its}`, its.replaceAll("_", " ").toLowerCase());
              return (
                <option key={one} value={one}>
                  {t("settings.channel", { index: one, type: words })}
                </option>
              );
            })}
          </select>
        </label>
      )}
      <Partner key={index} mine={`${device.address}:${index}`} sends={tendsToSend(type)} changed={changed} />
    </section>
  );
}

interface PartnerProps {
  mine: string;
  sends: boolean;
  changed: (written: Written) => void;
}

function Partner({ mine, sends: usually, changed }: PartnerProps) {
  const { t } = useTechnical();
  const name = useChannelName();
  const [sends, setSends] = useState(usually);
  const [partner, setPartner] = useState("");
  const [loaded, again] = useLoad(() => memoryApi(client).partners(mine), mine);
  if (loaded.state === "failed") return <Failed again={again} problem={loaded.problem} />;
  if (loaded.state === "loading") {
    return (
      <p class="quiet" role="status">
        {t("app.loading")}
      </p>
    );
  }
  const { partners } = loaded.value;
  if (partners.length === 0) return <p class="quiet">{t("links.nopartners")}</p>;
  const [sender, receiver] = sends ? [mine, partner] : [partner, mine];
  return (
    <>
      <fieldset class="choice">
        <legend>{t("links.direction")}</legend>
        {[true, false].map((one) => (
          <label key={String(one)}>
            <input
              type="radio"
              name="direction"
              checked={one === sends}
              onChange={() => {
                setSends(one);
              }}
            />
            <span>{t(one ? "links.direction.out" : "links.direction.in", { name: name(mine) })}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t("links.partner")}</span>
        <select
          value={partner}
          onChange={(event) => {
            setPartner(event.currentTarget.value);
          }}
        >
          <option value="">{t("links.choose")}</option>
          {partners.map((one) => (
            <option key={one} value={one}>
              {name(one)}
            </option>
          ))}
        </select>
      </label>
      {partner !== "" && <ProfileChoice key={`${sender} ${receiver}`} sender={sender} receiver={receiver} changed={changed} />}
    </>
  );
}

interface ProfileProps {
  sender: string;
  receiver: string;
  changed: (written: Written) => void;
}

function ProfileChoice({ sender, receiver, changed }: ProfileProps) {
  const { t, language } = useTechnical();
  const [profile, setProfile] = useState("");
  const [loaded] = useLoad(
    () =>
      memoryApi(client)
        .profiles(sender, receiver)
        .catch(() => ({ profiles: [] })),
    `${sender} ${receiver}`,
  );
  const [running, add] = useAction(
    useCallback(async () => {
      const { written } = await memoryApi(client).addPeering(sender, receiver, profile);
      tell(t(written === "pending" ? "links.added.pending" : "links.added"));
      changed(written);
    }, [sender, receiver, profile, changed, t]),
  );
  const profiles = loaded.state === "here" ? loaded.value.profiles : [];
  return (
    <>
      <label class="field">
        <span>{t("links.profile")}</span>
        <select
          value={profile}
          onChange={(event) => {
            setProfile(event.currentTarget.value);
          }}
        >
          <option value="">{t("links.profile.none")}</option>
          {profiles.map((one) => (
            <option key={one.name} value={one.name}>
              {one.names[language] ?? one.name}
            </option>
          ))}
        </select>
        <small>{t("links.profile.hint")}</small>
      </label>
      <button type="button" class="primary" disabled={running} onClick={add}>
        {t(running ? "links.adding" : "links.do")}
      </button>
    </>
  );
}
