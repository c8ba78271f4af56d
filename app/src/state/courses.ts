// Every value of a home that has a course over time, with what it is called. Pure.

import type { Texts } from "../texts";
import type { Home } from "./home";
import { distinctName, sorted } from "./names";
import { valueName } from "./reading";
import { charted } from "./series";

export interface Course {
  id: string;
  label: string;
}

export interface CourseGroup {
  device: string;
  values: Course[];
}

/** By device; no two are called the same. */
export function courses({ devices, rooms }: Pick<Home, "devices" | "rooms">, texts: Texts): CourseGroup[] {
  return sorted(devices.values(), texts)
    .map((device) => ({
      device: distinctName(device, devices.values(), rooms, texts),
      values: charted(device).map(({ channel, name }) => ({
        id: `${device.address}:${channel.index}.${name}`,
        label: valueName(device, channel, name, texts),
      })),
    }))
    .filter((group) => group.values.length > 0);
}
