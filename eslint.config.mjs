import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // What an example imports is made from a running server: gateway/src/generated-client.test.ts compiles them.
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**', 'test-results/**', 'docs/examples/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // What nobody awaits goes through background(), which logs and counts its failure.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `return refuse(…)` in a function that gives nothing says "and that is all" in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-console': 'error',
    },
  },
  {
    // process.env has one reader per program, so that what configures it can be read in one place.
    files: ['gateway/src/**/*.ts', 'operator/src/**/*.ts', 'session-runner/src/**/*.ts'],
    ignores: ['**/config/**', '**/*.test.ts', '**/*.kubernetes-test.ts', '**/testing/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read it in config/.' }],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', '**/*.kubernetes-test.ts', '**/testing/**', 'e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Command-line programs print.
    files: ['hack/**/*.ts', 'testing/src/fake-anthropic/main.ts', 'gateway/src/cli/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
