// Looks at the camera's picture again and again until it holds the code that is looked for. Pure but for its timer.

const LOOK_EVERY_MS = 250;
const PATIENCE = 40; // looks at nothing, about ten seconds

/** The texts of the QR codes in the picture of this moment. */
export type Reader = () => Promise<readonly string[]>;
export type Hint = "looking" | "foreign" | "nothing";
export type Trouble = "refused" | "missing" | "busy" | "insecure" | "unloaded";

const TROUBLES = new Map<string, Trouble>([
  ["NotAllowedError", "refused"],
  ["SecurityError", "refused"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
]);

/** What a browser means that gave no camera; what it has no name for is a camera that another program holds. */
export function troubleOf(error: unknown): Trouble {
  return (error instanceof Error ? TROUBLES.get(error.name) : undefined) ?? "busy";
}

interface Watch {
  read: Reader;
  /** Whether what was seen is what is looked for. */
  accepts: (text: string) => boolean;
  onRead: (text: string) => void;
  onHint: (hint: Hint) => void;
  onUnread: () => void;
}

/** Look until a code is accepted, or reading fails; the returned function ends it. */
export function watch({ read, accepts, onRead, onHint, onUnread }: Watch): () => void {
  let wanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hint: Hint = "looking";
  let quiet = 0;
  const say = (next: Hint) => {
    if (next !== hint) onHint((hint = next));
  };
  const look = async () => {
    const seen = await read();
    if (!wanted) return;
    const text = seen.find(accepts);
    if (text !== undefined) {
      wanted = false;
      onRead(text);
      return;
    }
    quiet = seen.length > 0 ? 0 : quiet + 1;
    if (seen.length > 0) say("foreign");
    else if (quiet >= PATIENCE) say("nothing");
    timer = setTimeout(next, LOOK_EVERY_MS);
  };
  const next = () => {
    look().catch(() => {
      if (wanted) onUnread();
    });
  };
  next();
  return () => {
    wanted = false;
    clearTimeout(timer);
  };
}
