// What devices and channels are called on the pages about the radio, links and successors.

import type { Device } from "../api/types";
import { home } from "../state/app";
import { channelOf } from "../state/links";
import { distinctName } from "../state/names";
import { useSelect } from "../state/store";
import { useTechnical } from "../texts/technical";

/** Says what a device is called; two of the same name are told apart by their rooms. */
export function useDeviceName(): (device: Device) => string {
  const texts = useTechnical();
  const devices = useSelect(home, (state) => state.devices);
  const rooms = useSelect(home, (state) => state.rooms);
  return (device) => distinctName(device, devices.values(), rooms, texts);
}

/** "Wall button, channel 2"; a stranger's radio address as it is. */
export function useChannelName(): (address: string) => string {
  const { t } = useTechnical();
  const devices = useSelect(home, (state) => state.devices);
  const deviceName = useDeviceName();
  return (address) => {
    const at = channelOf(address);
    const device = at === null ? undefined : devices.get(at.device);
    if (at === null || device === undefined) return t("links.stranger", { address: address.replace(/^[a-z]+:/, "") });
    const name = deviceName(device);
    const count = device.channels.filter((channel) => channel.index > 0).length;
    return count > 1 && at.index > 0 ? t("links.channel", { name, index: at.index }) : name;
  };
}
