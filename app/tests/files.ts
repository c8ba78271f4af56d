// Files that tests read: of this repository, and public vectors beside it.

import ts from "typescript";

/** A file of public vectors, beside the checkout or where the environment says; null: it is not there. */
export function publicVectors(name: string): string | null {
  const folder = (import.meta.env.HOMEBASE_VECTORS as string | undefined) ?? "../../shared/vectors";
  return ts.sys.readFile(`${folder}/${name}`) ?? null;
}

/** A file of this repository. */
export function ours(path: string): string {
  const text = ts.sys.readFile(`../${path}`);
  if (text === undefined) throw new Error(`${path} is missing`);
  return text;
}
