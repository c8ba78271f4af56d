import { expect, test } from "vitest";
import { utf8 } from "../src/gate/bytes";
import { crc32, csv, zip } from "../src/state/archive";
import { copyOf, type Holdings } from "../src/state/holdings";

test("checksums are those of the format", () => {
  expect(crc32(utf8("123456789"))).toBe(0xcbf43926); // the catalogue's check value for CRC-32
  expect(crc32(new Uint8Array())).toBe(0);
});

test("cells are quoted as RFC 4180 asks", () => {
  expect(csv([["a", "b"], ['say "hi"', null], [1.5, true], ["line\nbreak", ""]])).toBe(
    '"a","b"\r\n"say ""hi""",""\r\n1.5,true\r\n"line\nbreak",""\r\n',
  );
  expect(csv([])).toBe("");
});

test("an archive ends with a directory that names each file and where it lies", () => {
  const parts = zip([
    { name: "a.txt", content: utf8("one") },
    { name: "\u00e4.txt", content: utf8("") },
  ]);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(parts.at(-1)?.buffer ?? new ArrayBuffer(0));
  expect(end.getUint16(10, true)).toBe(2);
  expect(end.getUint32(12, true) + end.getUint32(16, true) + 22).toBe(size);
});

test("a copy holds every page of every holding that is shown and has records", async () => {
  const one = (name: string, shown: boolean, records: number) => ({
    name, shown, records, where: "table", categories: [], purpose: "", retention_days: null, reason: "", stays: [],
  });
  const about: Holdings = { holdings: [one("a", true, 3), one("b", false, 1), one("c", true, 0)], hidden: [] };
  const asked: string[] = [];
  const copy = await copyOf(about, {}, (holding, after) => {
    asked.push(`${holding} ${after}`);
    return Promise.resolve({ columns: ["id"], rows: after === 0 ? [[1], [2]] : [[3]], after: after === 0 ? 2 : null });
  }, "2026-03-01T00:00:00.000Z");
  expect(asked).toEqual(["a 0", "a 2"]);
  const text = await copy.text();
  expect(text).toContain('[{"id":1},{"id":2},{"id":3}]');
  expect(text).toContain('"id"\r\n1\r\n2\r\n3\r\n');
  expect(copy.type).toBe("application/zip");
});
