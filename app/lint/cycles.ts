// The lint rule home/no-cycles: files import one way, so that each can be read, tested and moved alone.
// An import by need, `import()`, is how the app is cut into parts; it is not counted.

import type { Rule } from "eslint";
import ts from "typescript";

export type ImportsOf = (file: string) => readonly string[];

/** The files on the way from `from` along imports to `to`, both included; null: there is no way. */
export function way(from: string, to: string, importsOf: ImportsOf, seen = new Set<string>()): string[] | null {
  if (from === to) return [to];
  seen.add(from);
  for (const next of importsOf(from)) {
    const rest = seen.has(next) ? null : way(next, to, importsOf, seen);
    if (rest !== null) return [from, ...rest];
  }
  return null;
}

/** What files of a program import, each looked up once. */
function importsIn(program: ts.Program): ImportsOf {
  const checker = program.getTypeChecker();
  const known = new Map<string, readonly string[]>();
  const find = (file: string) =>
    [...(program.getSourceFile(file)?.statements ?? [])]
      .flatMap((one) => (ts.isImportDeclaration(one) || ts.isExportDeclaration(one) ? (one.moduleSpecifier ?? []) : []))
      .flatMap((module) => checker.getSymbolAtLocation(module)?.declarations?.[0]?.getSourceFile().fileName ?? [])
      .filter((name) => !name.includes("/node_modules/"));
  return (file) => {
    const found = known.get(file) ?? find(file);
    known.set(file, found);
    return found;
  };
}

const byProgram = new WeakMap<ts.Program, ImportsOf>();

export const noCycles: Rule.RuleModule = {
  meta: { type: "problem", schema: [], messages: { cycle: "These files import each other: {{way}}." } },
  create(context) {
    const { program } = context.sourceCode.parserServices as { program: ts.Program };
    const importsOf = byProgram.get(program) ?? importsIn(program);
    byProgram.set(program, importsOf);
    const here = context.filename;
    const short = (file: string) => file.slice(context.cwd.length + 1);
    return {
      Program(node) {
        for (const first of importsOf(here)) {
          const back = way(first, here, importsOf);
          if (back !== null) context.report({ node, messageId: "cycle", data: { way: [here, ...back].map(short).join(" → ") } });
        }
      },
    };
  },
};
