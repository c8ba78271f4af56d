// A ZIP file without compression (APPNOTE 6.3, "stored"), and CSV (RFC 4180). Pure.

import { concat, utf8 } from "../gate/bytes";

export type Cell = null | boolean | number | string;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Numbers of the given sizes in bytes, low byte first. */
function little(...fields: [value: number, size: number][]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(fields.flatMap(([value, size]) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff)));
}

const MADE = [0x21, 2] as [number, number]; // 1 January 1980, the format's first day: when it was made stands inside
const UTF8 = 0x0800; // general purpose bit 11: names are UTF-8

/** The file's parts in order; texts are not copied together. */
export function zip(files: readonly { name: string; content: Uint8Array<ArrayBuffer> }[]): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { name, content } of files) {
    const label = utf8(name);
    const size = content.length;
    const common = little([20, 2], [UTF8, 2], [0, 2], [0, 2], MADE, [crc32(content), 4], [size, 4], [size, 4], [label.length, 2], [0, 2]);
    const head = concat(little([0x04034b50, 4]), common, label);
    parts.push(head, content);
    directory.push(concat(little([0x02014b50, 4], [20, 2]), common, little([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), label));
    at += head.length + size;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const count = files.length;
  return [...parts, ...directory, little([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [at, 4], [0, 2])];
}

const quoted = (cell: Cell): string =>
  cell === null ? '""' : typeof cell === "string" ? `"${cell.replaceAll('"', '""')}"` : String(cell);

export const csv = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
