// The browser's timezone, for the home: nobody has to be asked for it over a network.

/** A name of the tz database, or "" where the browser tells none. */
export function ownTimezone(): string {
  // older browsers leave it out, whatever the types say
  const told: { timeZone?: string } = Intl.DateTimeFormat().resolvedOptions();
  return told.timeZone ?? "";
}
