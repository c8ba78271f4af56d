// The drawing itself, by uPlot; loaded only when a chart is on screen. Colours come from the page's own properties.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dateTime } from "../state/format";
import type { Columns } from "../state/series";

export interface PlotOptions {
  stepped: boolean;
  /** Percent, which are always drawn from 0 to 100. */
  share: boolean;
  fromMs: number;
  untilMs: number;
  /** Room above and below a value that hardly moves, in its unit. */
  leastRoom?: number;
  /** A tick's value in words. */
  say: (value: number) => string;
  language: string;
}

const HEIGHT = 220;
const LEAST_ROOM = 0.5;
const STEPS = [-1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power)); // 2.5 would be told as 3

/** Draw into `place`, with a line for the value under the pointer, and follow its width and the colour scheme; returns how to take it away. */
export function plot(place: HTMLElement, data: Columns, options: PlotOptions): () => void {
  const readout = document.createElement("p");
  readout.className = "readout";
  place.append(readout);
  let chart = draw(place, readout, data, options);
  const resize = new ResizeObserver(() => {
    if (place.clientWidth > 0) chart.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  resize.observe(place);
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => {
    chart.destroy();
    chart = draw(place, readout, data, options);
  };
  scheme.addEventListener("change", redraw);
  return () => {
    scheme.removeEventListener("change", redraw);
    resize.disconnect();
    chart.destroy();
    readout.remove();
  };
}

/** What the upright axis spans. A value that is never negative gets no room below zero. */
export function around(low: number, high: number, share: boolean, leastRoom = LEAST_ROOM): [number, number] {
  if (share) return [0, 100];
  const room = Math.max((high - low) * 0.1, leastRoom);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function draw(place: HTMLElement, readout: HTMLElement, data: Columns, options: PlotOptions): uPlot {
  const { stepped, say, language } = options;
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const [ink, line, accent, band] = ["--muted", "--line", "--accent", "--band"].map(colour) as [
    string,
    string,
    string,
    string,
  ];
  const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
  const series = (stroke: string, width: number): uPlot.Series => ({
    stroke,
    width,
    points: { show: data.times.length < 3 },
    ...(paths === undefined ? {} : { paths }),
  });
  const axis: uPlot.Axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      hooks: {
        setCursor: [
          ({ data: [times, means], cursor: { idx } }) => {
            const [atS, value] = [times[idx ?? -1], means?.[idx ?? -1]];
            readout.textContent = atS === undefined || value === undefined || value === null ? "" : `${dateTime(atS * 1000, language)} · ${say(value)}`;
          },
        ],
      },
      cursor: { y: false, drag: { x: false, y: false } },
      series: [{}, series(accent, 2), series("transparent", 0), series("transparent", 0)],
      bands: [{ series: [3, 2], fill: band }],
      scales: {
        x: { range: [options.fromMs / 1000, options.untilMs / 1000] },
        y: {
          range: (_self, low, high) => {
            if (stepped) return [Math.min(0, low) - 0.1, Math.max(1, high) + 0.1];
            return around(low, high, options.share, options.leastRoom);
          },
        },
      },
      axes: [
        { ...axis, space: 62, values: (_self, splits, _index, _space, step) => splits.map((at) => when(at, step, language)) },
        {
          ...axis,
          size: stepped || options.share ? 88 : 62,
          space: 20,
          incrs: stepped ? [1] : STEPS,
          values: (_self, splits) => splits.map(say),
        },
      ],
    },
    [data.times, data.means, data.lows, data.highs],
    place,
  );
}

const DAY_S = 86_400;

function when(atS: number, stepS: number, language: string): string {
  const options: Intl.DateTimeFormatOptions =
    stepS >= DAY_S ? { day: "numeric", month: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(language, options).format(atS * 1000);
}
