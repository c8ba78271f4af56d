// What is kept, in hub and gate, as the privacy centre shows it and takes it along. Pure but for the asking.

import { utf8 } from "../gate/bytes";
import { type Cell, csv, zip } from "./archive";

export interface Holding {
  name: string;
  where: string;
  categories: string[];
  purpose: string;
  retention_days: number | null;
  reason: string;
  stays: string[];
  records: number | null;
  shown: boolean;
}

export interface Holdings {
  holdings: Holding[];
  hidden: { holding: string; field: string; why: string }[];
  restricted?: string[];
  closures?: { kind: string; subject: string; since: string }[];
  unknown_files?: string[];
}

export interface Records {
  columns: string[];
  rows: Cell[][];
  after: number | null;
}

export type AskPage = (holding: string, after: number) => Promise<Records>;

/** Every record of one holding, page by page. */
async function whole(holding: string, ask: AskPage): Promise<{ columns: string[]; rows: Cell[][] }> {
  const rows: Cell[][] = [];
  let columns: string[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Records = await ask(holding, after);
    columns = page.columns;
    for (const row of page.rows) rows.push(row);
    after = page.after;
  }
  return { columns, rows };
}

/** A ZIP file of all that can be shown: JSON and CSV for each holding, and what describes them. */
export async function copyOf(about: Holdings, notice: unknown, ask: AskPage, madeAt: string): Promise<Blob> {
  const files: { name: string; content: Uint8Array<ArrayBuffer> }[] = [];
  const written: { name: string; columns: string[]; rows: number }[] = [];
  for (const { name } of about.holdings.filter(({ shown, records }) => shown && records !== 0)) {
    const { columns, rows } = await whole(name, ask);
    const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])));
    files.push({ name: `data/${name}.json`, content: utf8(`${JSON.stringify(objects)}\n`) });
    files.push({ name: `data/${name}.csv`, content: utf8(csv([columns, ...rows])) });
    written.push({ name, columns, rows: rows.length });
  }
  const manifest = { form: "homebase.rights/1", made: madeAt, ...about, notice, written };
  files.unshift({ name: "manifest.json", content: utf8(`${JSON.stringify(manifest, null, 1)}\n`) });
  return new Blob(zip(files), { type: "application/zip" });
}
