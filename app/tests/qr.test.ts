// The codes were compared once with an independent reader, versions 1 to 20. Here they are read back by the standard's
// rules, with arithmetic of another kind (tables of powers), so that a mistake in one is seen by the other.

import { describe, expect, test } from "vitest";
import { alignments, MASKS, type Matrix, qrCode, qrPath } from "../src/state/qr";

const POWERS = [1];
for (let power = 1; power < 255; power++) {
  const next = (POWERS[power - 1] ?? 0) * 2;
  POWERS.push(next > 255 ? next ^ 0x11d : next);
}
const LOGS = new Map(POWERS.map((value, power) => [value, power]));
const product = (a: number, b: number) =>
  a === 0 || b === 0 ? 0 : (POWERS[((LOGS.get(a) ?? 0) + (LOGS.get(b) ?? 0)) % 255] ?? 0);

// version → [correction bytes per block, data bytes of each block], from the standard's table, level M
const BLOCKS: Record<number, [number, number[]]> = {
  1: [10, [16]],
  3: [26, [44]],
  5: [24, [43, 43]],
  8: [22, [38, 38, 39, 39]],
  10: [26, [43, 43, 43, 43, 44]],
};

function fixed(version: number, row: number, column: number): boolean {
  const size = version * 4 + 17;
  const near = (value: number) => value <= 8;
  const far = (value: number) => value >= size - 8;
  if ((near(row) && near(column)) || (near(row) && far(column)) || (far(row) && near(column))) return true;
  if (row === 6 || column === 6) return true;
  if (version >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))) return true;
  const places = alignments(version);
  const isCorner = (a: number, b: number) =>
    (a === 6 && b === 6) || (a === 6 && b === size - 7) || (a === size - 7 && b === 6);
  return places.some((a) =>
    places.some((b) => !isCorner(a, b) && Math.abs(row - a) <= 2 && Math.abs(column - b) <= 2),
  );
}

function bytesOf(matrix: Matrix): number[] {
  const size = matrix.length;
  const version = (size - 17) / 4;
  const dark = (row: number, column: number) => matrix[row]?.[column] === true;
  const format = [0, 1, 2, 3, 4].map((column) => (dark(8, column) ? 1 : 0));
  const mask = (((format[2] ?? 0) << 2) | ((format[3] ?? 0) << 1) | (format[4] ?? 0)) ^ 0b101;
  expect([(format[0] ?? 0) ^ 1, (format[1] ?? 0) ^ 0]).toEqual([0, 0]); // level M
  const flips = MASKS[mask];
  const bits: number[] = [];
  for (let pair = 0, right = size - 1; right > 0; right -= 2, pair++) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = pair % 2 === 0 ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (fixed(version, row, column)) continue;
        bits.push(dark(row, column) === flips?.(row, column) ? 0 : 1);
      }
    }
  }
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  );
}

function read(matrix: Matrix): string {
  const version = (matrix.length - 17) / 4;
  const [extra, lengths] = BLOCKS[version] ?? [0, []];
  const stream = bytesOf(matrix);
  const blocks: number[][] = lengths.map(() => []);
  let from = 0;
  for (let at = 0; at < Math.max(...lengths); at++) {
    lengths.forEach((length, block) => {
      if (at < length) blocks[block]?.push(stream[from++] ?? -1);
    });
  }
  for (let at = 0; at < extra; at++) for (const block of blocks) block.push(stream[from++] ?? -1);
  for (const block of blocks) {
    for (let power = 0; power < extra; power++) {
      const syndrome = block.reduce((sum, byte) => product(sum, POWERS[power] ?? 0) ^ byte, 0);
      expect(syndrome).toBe(0);
    }
  }
  const data = blocks.flatMap((block, at) => block.slice(0, lengths[at]));
  const bits = data.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1));
  const number = (at: number, count: number) => bits.slice(at, at + count).reduce((sum, bit) => sum * 2 + bit, 0);
  expect(number(0, 4)).toBe(4);
  const width = version < 10 ? 8 : 16;
  const length = number(4, width);
  const text = Array.from({ length }, (_, at) => number(4 + width + at * 8, 8));
  return new TextDecoder().decode(Uint8Array.from(text));
}

describe("a QR code", () => {
  test.each([
    ["HB1:F1ABCD:1", 21],
    ["x".repeat(42), 29],
    ["ä€".repeat(16), 37],
    ["HB1 " + "0123456789ABCDEF".repeat(9), 49],
    ["z".repeat(210), 57],
  ])("of %s holds the text and intact correction", (text, size) => {
    const matrix = qrCode(text);
    expect(matrix).toHaveLength(size);
    expect(read(matrix)).toBe(text);
  });

  test("has its three finders, and a light border of its own making is left to the page", () => {
    const matrix = qrCode("HB1");
    const finder = (row: number, column: number) =>
      [0, 1, 2, 3, 4, 5, 6].map((at) => (matrix[row]?.[column + at] === true ? "#" : ".")).join("");
    expect([finder(0, 0), finder(0, 14), finder(14, 0)]).toEqual(["#######", "#######", "#######"]);
    expect([finder(1, 0), finder(3, 0)]).toEqual(["#.....#", "#.###.#"]);
  });

  test("refuses what does not fit instead of drawing half of it", () => {
    expect(() => qrCode("x".repeat(667))).toThrow(RangeError);
    expect(qrCode("x".repeat(666))).toHaveLength(97);
  });

  test("is one path with a square per dark module", () => {
    const matrix = qrCode("HB1");
    const dark = matrix.flat().filter(Boolean).length;
    expect(qrPath(matrix).split("M")).toHaveLength(dark + 1);
  });
});
