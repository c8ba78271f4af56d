import { ESLint } from "eslint";
import { describe, expect, test } from "vitest";
import { way } from "../lint/cycles";

const IMPORTS: Record<string, string[]> = { page: ["part", "state"], part: ["state", "text"], state: ["text"], text: [], a: ["b"], b: ["a"] };
const importsOf = (file: string) => IMPORTS[file] ?? [];

describe("the way along imports", () => {
  test("is found, or there is none", () => {
    expect(way("page", "text", importsOf)).toEqual(["page", "part", "state", "text"]);
    expect(way("text", "page", importsOf)).toBeNull();
  });

  test("is found in a circle without going round for ever", () => {
    expect(way("a", "b", importsOf)).toEqual(["a", "b"]);
    expect(way("a", "page", importsOf)).toBeNull();
  });
});

test("files that import each other are told by the linter as it is set up here", { timeout: 120_000 }, async () => {
  const linter = new ESLint({ ruleFilter: ({ ruleId }) => ruleId === "home/no-cycles" });
  const lint = (text: string) => linter.lintText(text, { filePath: "src/parts/Age.tsx" });
  const [circle] = await lint('import { Chart } from "./Chart";\nimport { Tile } from "./Tile";\nimport { App } from "../App";\nexport const all = [Chart, Tile, App];\n');
  const [ok] = await lint('import { age } from "../state/format";\nexport const Age = age;\n');
  expect(circle?.messages.map(({ message }) => message).join("\n")).toMatch(/src\/parts\/Age\.tsx → src\/App\.tsx → .* → src\/parts\/Age\.tsx/);
  expect(ok?.messages).toEqual([]);
});
