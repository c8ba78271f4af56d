// Our own line icons, 24 × 24. Decoration only: every icon stands beside its word or inside a labelled control.

const PATHS = {
  home: "M4 11.5 12 4.5l8 7V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z",
  rooms: "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
  history: "M4 4v15a1 1 0 0 0 1 1h15M7.5 15l3.5-5 3 3 5-7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  back: "M14.5 5 8 12l6.5 7",
  forward: "M9.5 5 16 12l-6.5 7",
  bulb: "M9 17.5h6M10 20.5h4M8.2 14.6A6 6 0 1 1 15.8 14.6c-.5.4-.8.9-.8 1.5v1.4H9v-1.4c0-.6-.3-1.1-.8-1.5z",
  socket: "M12 3v8M6.6 6.6a7.6 7.6 0 1 0 10.8 0",
  blind: "M4 4h16M5.5 4v16M18.5 4v16M5.5 8h13M5.5 12h13M5.5 16h13",
  thermostat: "M10 13.8V5a2 2 0 1 1 4 0v8.8a4 4 0 1 1-4 0zM12 9v7.5",
  contact: "M5 3.5h10v17H5zM15 6l5-1.5v15L15 18M12 12h.01",
  motion: "M12 12h.01M8.5 15.5a5 5 0 0 1 0-7M15.500 8.500a5 5 0 0 1 0 7M5.600 18.400a9 9 0 0 1 0-12.800M18.400 5.600a9 9 0 0 1 0 12.800",
  smoke: "M12 21c-3.600 0-6-2.300-6-5.500 0-4 4-5 4-10 3 1.500 4 4 3.600 6.500 1-.4 1.700-1.300 1.900-2.500 1.600 1.700 2.500 3.700 2.500 6 0 3.200-2.400 5.500-6 5.500z",
  button: "M4.500 4.500h15v15h-15zM9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
  power: "M13 3 5.500 13.500H11L10 21l8-11h-5.500z",
  other: "M5 5h14v14H5zM9 9h6v6H9z",
  battery: "M3 8h15v8H3zM21 11v2M6 11v2",
  signal: "M5 20v-4M10 20v-8M15 20V8M20 20V4",
  warning: "M12 4 2.800 20h18.400zM12 10v4.500M12 17.300v.01",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 1 0 0-17zM12 7.500V12l3 2",
  shield: "M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6zM9 12l2.200 2.200L15.200 10",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  radio: "M12 13v7.500M12 11.500h.01M8 15a5 5 0 0 1 0-7M16 8a5 5 0 0 1 0 7M5.200 17.500a9 9 0 0 1 0-12M18.800 5.500a9 9 0 0 1 0 12",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  up: "M5 15l7-7 7 7",
  down: "M5 9l7 7 7-7",
  save: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
  stop: "M7 7h10v10H7z",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.500l4.500 4.500L19 7.500",
  copy: "M8 8h11v12H8zM5 16V4h11",
  box: "M4 5h16v4.500H4zM5.500 9.500V19.500h13V9.500M10 13h4",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15zM10 20.500h4",
  key: "M8.500 11a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM11.500 12.200 20 3.700M16.500 7.200l2.500 2.500M14 9.700l2 2",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  cut: "M12 4v16M8 9l-3 3 3 3M16 9l3 3-3 3",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  search: "M10.500 5a5.500 5.500 0 1 0 0 11 5.500 5.500 0 1 0 0-11zM14.700 14.700 20 20",
  swap: "M4 8.500h14M14.500 5l3.500 3.500-3.500 3.500M20 15.500H6M9.500 12 6 15.500 9.500 19",
  calendar: "M4 6h16v14H4zM4 10.500h16M8.500 3.500V7M15.500 3.500V7",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM4.500 20c0-3.800 3.400-5.500 7.500-5.500s7.500 1.700 7.500 5.500",
  edit: "M4 20h4L19.500 8.500l-4-4L4 16zM13 7l4 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={name === "more" ? 3 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
