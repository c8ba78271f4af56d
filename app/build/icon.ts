// The app's icon as shapes: drawn as SVG, and as PNG for those who take no other. No picture lies in the repository.

/** A shape in a square of 64 by 64. */
type Shape =
  | { kind: "square"; radius: number; fill: string }
  | { kind: "polygon"; points: readonly (readonly [number, number])[]; fill: string }
  | { kind: "circle"; x: number; y: number; radius: number; fill: string };

const SIZE = 64;
const GROUND = "#0f6b5c";
const HOUSE: Shape = {
  kind: "polygon",
  points: [
    [14, 33],
    [32, 17],
    [50, 33],
    [50, 50],
    [37, 50],
    [37, 38],
    [27, 38],
    [27, 50],
    [14, 50],
  ],
  fill: "#ffffff",
};
const LIGHT: Shape = { kind: "circle", x: 32, y: 30, radius: 3.4, fill: "#f0b429" };
/** With round corners, for browsers; the others fill the square, for systems that cut it to their own shape. */
const ROUND: readonly Shape[] = [{ kind: "square", radius: 15, fill: GROUND }, HOUSE, LIGHT];
const FULL: readonly Shape[] = [{ kind: "square", radius: 0, fill: GROUND }, HOUSE, LIGHT];

export function svg(): string {
  const drawn = ROUND.map((shape) => {
    switch (shape.kind) {
      case "square":
        return `<rect width="${SIZE}" height="${SIZE}" rx="${shape.radius}" fill="${shape.fill}"/>`;
      case "polygon":
        return `<path d="M${shape.points.map((point) => point.join(" ")).join("L")}z" fill="${shape.fill}"/>`;
      case "circle":
        return `<circle cx="${shape.x}" cy="${shape.y}" r="${shape.radius}" fill="${shape.fill}"/>`;
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">${drawn.join("")}</svg>\n`;
}

/** `pixels` wide and high. full: fills the square, with its content in the middle, where no system cuts it off. */
export async function png(pixels: number, full: boolean): Promise<Uint8Array> {
  const shapes = full ? FULL : ROUND;
  const zoom = full ? 0.86 : 1;
  const rows = new Uint8Array(pixels * (1 + pixels * 4));
  for (let row = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++) {
      const at = row * (1 + pixels * 4) + 1 + column * 4;
      rows.set(pixel(shapes, pixels, column, row, zoom), at);
    }
  }
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, pixels);
  view.setUint32(4, pixels);
  head.set([8, 6, 0, 0, 0], 8); // eight bits each of red, green, blue, alpha
  return joined([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", await deflated(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

const FINE = 4; // samples of a pixel in each direction
const CORNERS = [0, FINE - 1, FINE * (FINE - 1), FINE * FINE - 1];

function pixel(shapes: readonly Shape[], pixels: number, column: number, row: number, zoom: number): number[] {
  const sampled = (sample: number) => {
    const x = ((column + ((sample % FINE) + 0.5) / FINE) / pixels) * SIZE;
    const y = ((row + (Math.floor(sample / FINE) + 0.5) / FINE) / pixels) * SIZE;
    return shapes.findLast((shape) => covers(shape, x, y, zoom));
  };
  // most pixels lie within one shape: nothing to be mixed
  const samples = new Set(CORNERS.map(sampled)).size === 1 ? [0] : Array.from({ length: FINE * FINE }, (_, n) => n);
  const sum = [0, 0, 0, 0];
  for (const sample of samples) {
    const top = sampled(sample);
    if (top === undefined) continue;
    for (let part = 0; part < 3; part++) {
      sum[part] = (sum[part] ?? 0) + parseInt(top.fill.slice(1 + part * 2, 3 + part * 2), 16);
    }
    sum[3] = (sum[3] ?? 0) + 1;
  }
  const count = sum[3] ?? 0;
  if (count === 0) return [0, 0, 0, 0];
  const mean = sum.slice(0, 3).map((value) => Math.round(value / count));
  return [...mean, Math.round((count / samples.length) * 255)];
}

function covers(shape: Shape, x: number, y: number, zoom: number): boolean {
  if (shape.kind === "square") {
    const inner = SIZE / 2 - shape.radius;
    const dx = Math.max(Math.abs(x - SIZE / 2) - inner, 0);
    const dy = Math.max(Math.abs(y - SIZE / 2) - inner, 0);
    return shape.radius === 0 || dx * dx + dy * dy <= shape.radius * shape.radius;
  }
  const [px, py] = [(x - SIZE / 2) / zoom + SIZE / 2, (y - SIZE / 2) / zoom + SIZE / 2];
  if (shape.kind === "circle") return (px - shape.x) ** 2 + (py - shape.y) ** 2 <= shape.radius ** 2;
  let inside = false;
  shape.points.forEach(([ax, ay], index) => {
    const [bx, by] = shape.points[(index + 1) % shape.points.length] ?? [0, 0];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

// PNG: chunks with their lengths and sums, https://www.w3.org/TR/png-3/#5Chunk-layout

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(kind), data]);
  return joined([number32(data.length), body, number32(crc32(body))]);
}

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
