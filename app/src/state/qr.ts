// A QR code from a text, made on this page: a key never visits a service that draws codes. Pure.
// After ISO/IEC 18004: byte mode, error correction M (a sheet that was folded or stained still reads), versions 1 to 20.

/** Rows of dark (true) and light modules, without the quiet zone. */
export type Matrix = readonly (readonly boolean[])[];

const CORRECTION_BYTES = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
export const LARGEST_VERSION = BLOCKS.length;

const sizeOf = (version: number) => version * 4 + 17;
const at = <T>(list: readonly T[], index: number): T => list[index] as T;

/** Modules left for data and correction once the fixed patterns have their places. */
function rawModules(version: number): number {
  const aligns = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const whole = (16 * version + 128) * version + 64;
  const patterns = aligns === 0 ? 0 : (25 * aligns - 10) * aligns - 55;
  return whole - patterns - (version >= 7 ? 36 : 0);
}

const codewords = (version: number) => Math.floor(rawModules(version) / 8);
const dataBytes = (version: number) => codewords(version) - at(CORRECTION_BYTES, version - 1) * at(BLOCKS, version - 1);

// arithmetic in the field of 256 elements

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product & 0xff;
}

function divisor(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let round = 0; round < degree; round++) {
    for (let index = 0; index < degree; index++) {
      result[index] = times(at(result, index), root) ^ (result[index + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return result;
}

function correction(data: readonly number[], by: readonly number[]): number[] {
  const rest = Array<number>(by.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    by.forEach((coefficient, index) => {
      rest[index] = at(rest, index) ^ times(coefficient, factor);
    });
  }
  return rest;
}

/** The text's bytes with mode, length and filling, for a version that has room. */
function message(bytes: Uint8Array, version: number): number[] {
  const lengthBits = version < 10 ? 8 : 16;
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, lengthBits);
  for (const byte of bytes) put(byte, 8);
  const room = dataBytes(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let filler = 0xec; bits.length < room; filler ^= 0xec ^ 0x11) put(filler, 8);
  const found: number[] = [];
  for (let index = 0; index < bits.length; index += 8) {
    found.push(bits.slice(index, index + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
  }
  return found;
}

/** Data in blocks, each with its correction, then woven together. */
function woven(data: readonly number[], version: number): number[] {
  const count = at(BLOCKS, version - 1);
  const extra = at(CORRECTION_BYTES, version - 1);
  const by = divisor(extra);
  const short = Math.floor(codewords(version) / count) - extra;
  const long = codewords(version) % count;
  const blocks: number[][] = [];
  for (let index = 0, from = 0; index < count; index++) {
    const length = short + (index >= count - long ? 1 : 0);
    blocks.push(data.slice(from, from + length));
    from += length;
  }
  const result: number[] = [];
  for (let index = 0; index <= short; index++) {
    for (const block of blocks) if (index < block.length) result.push(at(block, index));
  }
  const corrections = blocks.map((block) => correction(block, by));
  for (let index = 0; index < extra; index++) for (const block of corrections) result.push(at(block, index));
  return result;
}

class Canvas {
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
  readonly size: number;
  readonly version: number;

  constructor(version: number) {
    this.version = version;
    this.size = sizeOf(version);
    const empty = () => Array.from({ length: this.size }, () => Array<boolean>(this.size).fill(false));
    this.dark = empty();
    this.fixed = empty();
  }

  set(row: number, column: number, dark: boolean): void {
    if (row < 0 || column < 0 || row >= this.size || column >= this.size) return;
    at(this.dark, row)[column] = dark;
    at(this.fixed, row)[column] = true;
  }
}

/** Rings around a middle: the three finders and the aligning patterns. */
function rings(canvas: Canvas, row: number, column: number, radius: number, light: readonly number[]): void {
  for (let down = -radius; down <= radius; down++) {
    for (let right = -radius; right <= radius; right++) {
      canvas.set(row + down, column + right, !light.includes(Math.max(Math.abs(down), Math.abs(right))));
    }
  }
}

export function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const last = sizeOf(version) - 7;
  return [6, ...Array.from({ length: count - 1 }, (_, index) => last - (count - 2 - index) * step)];
}

function drawPatterns(canvas: Canvas): void {
  const { size, version } = canvas;
  for (let index = 0; index < size; index++) {
    canvas.set(6, index, index % 2 === 0);
    canvas.set(index, 6, index % 2 === 0);
  }
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]] as const) rings(canvas, row, column, 4, [2, 4]);
  const places = alignments(version);
  const last = size - 7;
  for (const row of places) {
    for (const column of places) {
      const taken = (row === 6 && column === 6) || (row === 6 && column === last) || (row === last && column === 6);
      if (!taken) rings(canvas, row, column, 2, [1]);
    }
  }
  drawFormat(canvas, 0);
  if (version >= 7) drawVersion(canvas);
}

/** Which mask was used and how much is corrected, twice. */
function drawFormat(canvas: Canvas, mask: number): void {
  const { size } = canvas;
  let rest = mask;
  for (let round = 0; round < 10; round++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (index: number) => ((bits >> index) & 1) === 1;
  for (let index = 0; index < 15; index++) {
    const near = index < 6 ? index : index < 8 ? index + 1 : size - 15 + index;
    canvas.set(near, 8, bit(index));
    const across = index < 8 ? size - 1 - index : index === 8 ? 7 : 14 - index;
    canvas.set(8, across, bit(index));
  }
  canvas.set(size - 8, 8, true);
}

function drawVersion(canvas: Canvas): void {
  const { size, version } = canvas;
  let rest = version;
  for (let round = 0; round < 12; round++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let index = 0; index < 18; index++) {
    const dark = ((bits >> index) & 1) === 1;
    const near = Math.floor(index / 3);
    const far = size - 11 + (index % 3);
    canvas.set(near, far, dark);
    canvas.set(far, near, dark);
  }
}

/** Bits upwards and downwards in columns of two, from the right, around what is fixed. */
function drawData(canvas: Canvas, bytes: readonly number[]): void {
  const { size } = canvas;
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const row = upwards ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (at(at(canvas.fixed, row), column) || bit >= bytes.length * 8) continue;
        at(canvas.dark, row)[column] = ((at(bytes, bit >> 3) >> (7 - (bit & 7))) & 1) === 1;
        bit++;
      }
    }
  }
}

export const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

function masked(canvas: Canvas, mask: number): boolean[][] {
  drawFormat(canvas, mask);
  const flips = at(MASKS, mask);
  return canvas.dark.map((line, row) =>
    line.map((dark, column) => (at(at(canvas.fixed, row), column) ? dark : dark !== flips(row, column))),
  );
}

/** How hard a pattern is to read; the rules of the standard. */
function penalty(matrix: Matrix): number {
  const size = matrix.length;
  const lines = [...matrix, ...matrix.map((_, column) => matrix.map((row) => at(row, column)))];
  let sum = 0;
  for (const line of lines) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (let index = 0; index + 11 <= size; index++) {
      const part = text.slice(index, index + 11);
      if (part === "10111010000" || part === "00001011101") sum += 40;
    }
  }
  let dark = 0;
  matrix.forEach((row, down) => {
    row.forEach((module, right) => {
      if (module) dark++;
      const square = [matrix[down]?.[right + 1], matrix[down + 1]?.[right], matrix[down + 1]?.[right + 1]];
      if (square.every((other) => other === module)) sum += 3;
    });
  });
  return sum + 10 * Math.floor(Math.abs((dark * 100) / (size * size) - 50) / 5);
}

/** The code of a text. RangeError when it is too long, more than 666 bytes. */
export function qrCode(text: string): Matrix {
  const bytes = new TextEncoder().encode(text);
  const needed = (version: number) => Math.ceil((4 + (version < 10 ? 8 : 16)) / 8 + bytes.length);
  let version = 1;
  while (version <= LARGEST_VERSION && needed(version) > dataBytes(version)) version++;
  if (version > LARGEST_VERSION) throw new RangeError(`${bytes.length} bytes do not fit`);
  const canvas = new Canvas(version);
  drawPatterns(canvas);
  drawData(canvas, woven(message(bytes, version), version));
  const candidates = MASKS.map((_, mask) => masked(canvas, mask));
  return candidates.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

/** The dark modules as one SVG path; a module is one unit. */
export function qrPath(matrix: Matrix): string {
  const parts: string[] = [];
  matrix.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) parts.push(`M${x} ${y}h1v1h-1z`);
    });
  });
  return parts.join("");
}
