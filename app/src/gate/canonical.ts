// Canonical JSON (RFC 8785) without fractions: one value, one spelling. Pure. The gate's twin is privacy/canonical.py.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const DEEPEST = 32;

/** The one spelling of `value`. Throws RangeError for what has none: a fraction, a lone surrogate, too deep. */
export function canonical(value: Json, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError(`deeper than ${DEEPEST}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number below 2^53`);
  if (typeof value === "string") return spelled(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  const members = Object.keys(value)
    .sort() // by UTF-16 code units, as section 3.2.3 asks
    .map((name) => `${spelled(name)}:${canonical(value[name] ?? null, depth + 1)}`);
  return `{${members.join(",")}}`;
}

/** Read canonical JSON; null: not JSON, or another spelling of the same value. */
export function readCanonical(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return canonical(value) === text ? value : null;
  } catch {
    return null;
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function spelled(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError("a lone surrogate");
  return JSON.stringify(text);
}
