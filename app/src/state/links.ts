// Direct links as people see them: with whom, in which direction, whether both sides know. Pure.

import type { Peering } from "../api/memory";
import type { Device } from "../api/types";

export interface Channels {
  device: string;
  index: number;
}

/** The parts of `bidcos:SIM0000001:1`; null for anything else, such as a radio address. */
export function channelOf(address: string): Channels | null {
  const parts = /^(.+):(\d+)$/.exec(address);
  const [, device, index] = parts ?? [];
  return device === undefined || index === undefined ? null : { device, index: Number(index) };
}

export interface Link {
  peering: Peering;
  /** The channel on this device, and the other side. */
  mine: string;
  other: string;
  sends: boolean;
  /** "both": all is well; else which side does not list the other. */
  health: "both" | "mine_only" | "other_only";
}

/** Links as seen from one device; sending ones first, then by channel. A device linked with itself is shown once. */
export function linksOf(device: string, peerings: readonly Peering[]): Link[] {
  const links = peerings.map((peering): Link => {
    const sends = channelOf(peering.sender)?.device === device;
    const [mineKnows, otherKnows] = sends
      ? [peering.sender_knows, peering.receiver_knows]
      : [peering.receiver_knows, peering.sender_knows];
    return {
      peering,
      sends,
      mine: sends ? peering.sender : peering.receiver,
      other: sends ? peering.receiver : peering.sender,
      health: mineKnows && otherKnows ? "both" : mineKnows ? "mine_only" : "other_only",
    };
  });
  const index = (link: Link) => channelOf(link.mine)?.index ?? 0;
  return links.sort((a, b) => Number(b.sends) - Number(a.sends) || index(a) - index(b) || a.other.localeCompare(b.other));
}

/** Sides of a link that have yet to take it, or to let it go: they sleep. */
export function sleepers({ sender, receiver }: Peering, devices: ReadonlyMap<string, Device>): Device[] {
  return [sender, receiver].flatMap((address) => {
    const at = channelOf(address);
    const device = at === null ? undefined : devices.get(at.device);
    const waits = device?.configuration?.some(
      (one) => one.state === "pending" && one.what === "PEERING" && one.channel === at?.index,
    );
    return device !== undefined && waits === true ? [device] : [];
  });
}

/** Changes whenever something about links was written or failed anywhere in the home. */
export function linkNews(devices: ReadonlyMap<string, Device>): string {
  return [...devices.values()]
    .flatMap((device) =>
      (device.configuration ?? [])
        .filter(({ what }) => what === "PEERING" || what === "LINK")
        .map((one) => `${device.address}:${one.channel} ${one.what} ${one.state} ${one.at}`),
    )
    .join("\n");
}

/** Channels of a device that links may start from: the hub says later which partners they have. */
export function linkable(device: Device): number[] {
  return device.channels.filter(({ index, type }) => index > 0 && !type.startsWith("VIRTUAL_")).map(({ index }) => index);
}

const SENSES = /KEY|BUTTON|CONTACT|ROTARY|TILT|MOTION|WATER|SMOKE|SENSOR|WEATHER|TRANSCEIVER|SENDER|CONDITION/;

/** Whether a channel rather sends than receives; decides only which way round a new link is suggested. */
export const tendsToSend = (type: string) => SENSES.test(type);
