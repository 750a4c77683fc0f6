import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { yieldDurable } from "./scripts/lint/yield-durable.mjs";

const DETERMINISTIC = ["src/domain/**/*.ts", "src/orchestrations/**/*.ts"];

const CLOCK = "Time is an argument here: a replay must see the same instant.";
const nonDeterministic = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
  { selector: "CallExpression[callee.name='Date']", message: CLOCK },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: CLOCK },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: "Randomness is an argument here." },
  { selector: ":function[async=true]", message: "Orchestrations and the core are synchronous; activities do the waiting." },
  { selector: "AwaitExpression", message: "Orchestrations and the core are synchronous; activities do the waiting." },
];
const plainYield = {
  selector: "YieldExpression[delegate=false]",
  message: "Use yield* on the vocabulary of durable.ts: a plain yield has no type.",
};
const durableContext = { selector: "MemberExpression[property.name='df']", message: "Only durable.ts touches context.df." };

const restrictedGlobals = ["fetch", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "process", "crypto", "performance"];

export default defineConfig(
  { ignores: ["dist/", "reports/", ".rehearsal/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-param-reassign": "error",
      "no-restricted-exports": [
        "error",
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } },
      ],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true, allowTypedFunctionExpressions: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A function may be async only because its interface is; and without classes no method is bound to anything.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      // Numbers in messages are the point of the messages.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { files: ["src/**/*.ts"], rules: { "no-console": "error" } },
  {
    files: DETERMINISTIC,
    rules: {
      "no-restricted-globals": ["error", ...restrictedGlobals],
      "no-restricted-syntax": ["error", ...nonDeterministic],
    },
  },
  {
    files: ["src/orchestrations/**/*.ts"],
    ignores: ["src/orchestrations/durable.ts"],
    plugins: { durable: { rules: { "yield-durable": yieldDurable } } },
    rules: {
      "durable/yield-durable": "error",
      "no-restricted-syntax": ["error", ...nonDeterministic, plainYield, durableContext],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/explicit-function-return-type": "off",
      // Matchers such as expect.stringMatching are typed any.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  { files: ["*.config.ts"], rules: { "no-restricted-exports": "off" } },
  { files: ["**/*.{js,mjs,cjs}"], languageOptions: { globals: { process: "readonly", module: "writable", console: "readonly" } } },
);
