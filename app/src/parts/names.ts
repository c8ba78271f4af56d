// What the addresses in a message are called, as far as this home knows them.

import { home } from "../state/app";
import { distinctName } from "../state/names";
import type { Names } from "../state/problems";
import { useTexts } from "../texts";

/** Names a device or a channel; what is not of this home stays as it is. */
export function useNames(): Names {
  const texts = useTexts();
  return (address) => {
    const { devices, rooms } = home.get();
    const device = devices.get(address.split(":", 2).join(":"));
    return device === undefined ? address : distinctName(device, devices.values(), rooms, texts);
  };
}
