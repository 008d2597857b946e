// What `npm run check` refuses: type-aware rules for all TypeScript, plus the two borders of docs/architecture.md.
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Modules that a person can name as a feature; the ground floor below them may not import any of these. */
const FEATURES =
  'users|verification|tokens|sessions|auth|two-factor|risk|rate-limits|mail|admin|audit|health|metrics|pages';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.data/', '**/node_modules/', '**/dist/', 'client/src/openapi.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['test/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Handlers are `async` so that a thrown error becomes a rejection, with or without an `await` inside.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['examples/**/*.ts'],
    languageOptions: { parserOptions: { project: ['examples/spa/tsconfig.json'] } },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/**', '**/*.spec.ts'],
    rules: {
      // One file reads the environment, so that one table can list every setting.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Add the setting to src/config and inject it.' },
      ],
    },
  },
  {
    files: ['src/{config,common,errors,events,i18n,access}/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${FEATURES})/`,
              message: 'The ground floor imports no feature (docs/architecture.md).',
            },
          ],
        },
      ],
    },
  },
  {
    // Commands talk to the terminal; tests read untyped JSON and pass methods around.
    files: ['dev/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'src/**/*.spec.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Programs with a terminal of their own, and words said before there is a log to say them in.
    files: ['src/main.ts', 'src/database/migrate.ts', 'src/**/*.command.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['*.js', 'dev/**/*.js', 'test/**/*.js', 'bench/**/*.js'], languageOptions: { globals: globals.node } },
  { files: ['src/pages/**/*.js'], languageOptions: { globals: globals.browser } },
);
