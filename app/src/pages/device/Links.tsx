// Direct links of a device: devices that act on each other without the home base.

import { useCallback, useState } from "preact/hooks";
import { memoryApi, type Written } from "../../api/memory";
import type { Device } from "../../api/types";
import { useChannelName } from "../../parts/naming";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/Failed";
import { useAction, useLoad, useRole } from "../../parts/hooks";
import { Icon } from "../../parts/Icon";
import { client, home, tell } from "../../state/app";
import { channelOf, type Link, linkNews, linksOf, sleepers } from "../../state/links";
import { deviceName } from "../../state/names";
import { deviceLink } from "../../state/route";
import { wakesBy } from "../../state/paramset";
import { sameList, useSelect } from "../../state/store";
import { useTechnical } from "../../texts/technical";
import { AddLink } from "./AddLink";
import { Outcome, ParamsetEditor } from "./ParamsetEditor";
import { Waiting } from "./Waiting";

export function LinksPart({ device }: { device: Device }) {
  const { t } = useTechnical();
  const [refresh, setRefresh] = useState(0);
  const [done, setDone] = useState<Written | null>(null);
  const role = useRole();
  const news = useSelect(home, (state) => linkNews(state.devices));
  const [loaded, again] = useLoad(
    () => memoryApi(client).peerings(device.address, refresh > 0),
    `${device.address} ${refresh} ${news}`,
  );
  const changed = (written: Written) => {
    setDone(written);
    again();
  };
  return (
    <>
      <Waiting device={device} of={["PEERING", "LINK"]} />
      <p class="quiet">{t("links.lead")}</p>
      {loaded.state === "loading" && (
        <p class="quiet" role="status">
          {t("settings.reading")}
        </p>
      )}
      {loaded.state === "failed" && <Failed again={again} problem={loaded.problem} />}
      {loaded.state === "here" && (
        <>
          <List here={device.address} links={linksOf(device.address, loaded.value.peerings)} owner={role === "owner"} changed={changed} />
          <button
            type="button"
            onClick={() => {
              setRefresh((old) => old + 1);
            }}
          >
            {t("settings.reread")}
          </button>
        </>
      )}
      <Outcome written={done} device={device} />
      {role === "owner" && <AddLink device={device} changed={changed} />}
    </>
  );
}

interface ListProps {
  here: string;
  links: readonly Link[];
  owner: boolean;
  changed: (written: Written) => void;
}

function List({ here, links, owner, changed }: ListProps) {
  const { t } = useTechnical();
  if (links.length === 0) return <p class="card quiet">{t("links.none")}</p>;
  return (
    <ul class="links">
      {links.map((link) => (
        <LinkCard key={`${link.peering.sender} ${link.peering.receiver}`} here={here} link={link} owner={owner} changed={changed} />
      ))}
    </ul>
  );
}

interface CardProps {
  /** The device whose page this is: what wakes it stands above already. */
  here: string;
  link: Link;
  owner: boolean;
  changed: (written: Written) => void;
}

function LinkCard({ here, link, owner, changed }: CardProps) {
  const texts = useTechnical();
  const { t } = texts;
  const asleep = useSelect(home, (state) => sleepers(link.peering, state.devices), sameList);
  const name = useChannelName();
  const other = channelOf(link.other)?.device;
  const known = useSelect(home, (state) => (other === undefined ? undefined : state.devices.get(other)));
  const { sender, receiver } = link.peering;
  return (
    <li class="card">
      <p class="linkway">
        <span>{name(sender)}</span> <Icon name="forward" size={18} /> <span class="hidden">{t("links.acts")}</span>{" "}
        <span>{name(receiver)}</span>
      </p>
      {asleep.length > 0 ? (
        asleep.map((device) => (
          <p key={device.address} class="quiet">
            <Icon name="clock" size={16} /> {t("links.asleep", { name: deviceName(device, texts) })}{" "}
            {device.address !== here && t(`wake.${wakesBy(device.receive_modes ?? [])}`)}
          </p>
        ))
      ) : (
        <p class="quiet">
          <Icon name={link.health === "both" ? "check" : "warning"} size={16} />{" "}
          {t(link.peering.foreign ? "links.foreign" : `links.${link.health}`)}
        </p>
      )}
      {known !== undefined && (
        <a href={deviceLink(known.address)}>{t("links.other", { name: name(link.other) })}</a>
      )}
      <Sides sender={sender} receiver={receiver} />
      {owner && <Remove link={link} changed={changed} />}
    </li>
  );
}

/** Link parameters lie on both sides; those of the receiver say what happens. */
function Sides({ sender, receiver }: { sender: string; receiver: string }) {
  const { t } = useTechnical();
  const name = useChannelName();
  const devices = useSelect(home, (state) => state.devices);
  const sides = [
    { channel: receiver, peer: sender, text: t("links.does", { name: name(receiver) }) },
    { channel: sender, peer: receiver, text: t("links.sends", { name: name(sender) }) },
  ];
  return (
    <>
      {sides.map(({ channel, peer, text }) => {
        const device = devices.get(channelOf(channel)?.device ?? "");
        return device === undefined ? null : <Side key={channel} device={device} channel={channel} peer={peer} text={text} />;
      })}
    </>
  );
}

function Side({ device, channel, peer, text }: { device: Device; channel: string; peer: string; text: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{text}</summary>
      {open && <ParamsetEditor device={device} place={{ channel, paramset: "LINK", peer }} title={text} />}
    </details>
  );
}

function Remove({ link, changed }: { link: Link; changed: (written: Written) => void }) {
  const { t } = useTechnical();
  const name = useChannelName();
  const [asking, setAsking] = useState(false);
  const { sender, receiver } = link.peering;
  const [running, remove] = useAction(
    useCallback(async () => {
      setAsking(false);
      const { written } = await memoryApi(client).removePeering(sender, receiver);
      tell(t(written === "pending" ? "links.removed.pending" : "links.removed"));
      changed(written);
    }, [sender, receiver, changed, t]),
  );
  const fill = { sender: name(sender), receiver: name(receiver) };
  return (
    <div class="buttons">
      <button
        type="button"
        class="danger"
        disabled={running}
        onClick={() => {
          setAsking(true);
        }}
      >
        <span>
          {t("links.remove")}
          <span class="hidden"> {t("links.remove.of", fill)}</span>
        </span>
      </button>
      {asking && (
        <Dialog
          title={t("links.remove.ask")}
          confirm={t("links.remove")}
          danger
          onConfirm={remove}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("links.remove.text", fill)}</p>
        </Dialog>
      )}
    </div>
  );
}
