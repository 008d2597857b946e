// What `npm run check` refuses: type-aware rules for all TypeScript, plus the floors of docs/architecture.md.
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const DOORS = ['auth', 'account', 'admin', 'integrations', 'pages', 'operations'];
/** In their order: each may import those before it. */
const NOUNS = ['users', 'mail', 'security', 'verification', 'sessions', 'mfa'];

/** Refuses imports of these folders of src from within `folder`, at whatever depth the importing file stands. */
const mayNotImport = (folder, folders, message) => ({
  files: [`src/${folder}/**/*.ts`],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: `^(\\.\\./)+(${folders.join('|')})/`, message },
          { regex: '^(\\.\\./)+(main|cli|app\\.module)\\.js$', message },
        ],
      },
    ],
  },
});

/** The three floors of docs/architecture.md: doors stand on nouns, nouns on the platform; only bootstrap/ sees them all. */
const FLOORS = [
  mayNotImport(
    'platform',
    ['bootstrap', ...DOORS, ...NOUNS],
    'The platform knows no noun and no door (docs/architecture.md).',
  ),
  ...NOUNS.map((noun, index) =>
    mayNotImport(
      noun,
      ['bootstrap', ...DOORS, ...NOUNS.slice(index + 1)],
      'A noun imports no door, and no noun that is built on it (docs/architecture.md).',
    ),
  ),
  ...DOORS.map((door) =>
    mayNotImport(
      door,
      ['bootstrap', ...DOORS.filter((other) => other !== door)],
      'A door imports no other door and not the composition root (docs/architecture.md).',
    ),
  ),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.data/', '**/node_modules/', '**/dist/', 'client/src/{openapi,responses}.ts'] },
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
    languageOptions: {
      parserOptions: { project: ['examples/spa/tsconfig.json', 'examples/resource-servers/tsconfig.json'] },
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/**', '**/*.spec.ts'],
    rules: {
      // One folder reads the environment, so that one table can list every setting.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Add the setting to src/platform/config and inject it.' },
      ],
    },
  },
  ...FLOORS,
  {
    // Commands talk to the terminal; tests read untyped JSON and pass methods around.
    files: ['dev/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', '{client,verifier}/test/**/*.ts', 'src/**/*.spec.ts'],
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
    // Programs with a terminal of their own, and messages from before there is a log.
    files: ['src/main.ts', 'src/bootstrap/migrate.ts', 'src/**/*.command.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: [
      '*.js',
      'dev/**/*.js',
      'examples/{resource-servers,event-receivers,token-hook}/**/*.js',
      'test/**/*.js',
      'bench/**/*.js',
    ],
    languageOptions: { globals: globals.node },
  },
  { files: ['src/pages/**/*.js'], languageOptions: { globals: globals.browser } },
);
