import tseslint from "typescript-eslint";
import { noCycles } from "./lint/cycles.ts";

export default tseslint.config(
  { ignores: ["node_modules", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { home: { rules: { "no-cycles": noCycles } } },
    rules: {
      "home/no-cycles": "error",
      eqeqeq: "error",
      "no-console": "error",
      // The page's policy refuses these anyway; saying so here is cheaper than finding out in a browser.
      "no-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Trusted Types refuse it: build elements." },
        { property: "outerHTML", message: "Trusted Types refuse it: build elements." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Trusted Types refuse it." },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
);
