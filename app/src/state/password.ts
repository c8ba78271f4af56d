// The owner's password: what the hub will accept. Pure.

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 256;

export type PasswordCheck = { state: "short"; missing: number } | { state: "long" } | { state: "good" };

/** Characters are counted as the hub does, by code points, not by UTF-16 units. */
export function checkPassword(password: string): PasswordCheck {
  const length = Array.from(password).length;
  if (length < PASSWORD_MIN) return { state: "short", missing: PASSWORD_MIN - length };
  return length > PASSWORD_MAX ? { state: "long" } : { state: "good" };
}
