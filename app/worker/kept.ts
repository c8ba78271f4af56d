// Which requests the worker answers from its own files. Pure.

/** What was built: its version, and each file with its hash, as fetch takes it. */
export interface Shell {
  version: string;
  files: Readonly<Record<string, string>>;
}

export const PAGE = "./index.html";

/** The kept file that answers, or null: the network's. Never anything of the gate or the home. */
export function kept(
  request: { method: string; url: string; mode: string },
  scope: string,
  files: Shell["files"],
): string | null {
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(scope) || url.search !== "") return null;
  const file = `./${url.href.slice(scope.length).split("#")[0] ?? ""}`;
  if (request.mode === "navigate") return file === "./" || file === PAGE ? PAGE : null;
  return Object.hasOwn(files, file) ? file : null;
}
