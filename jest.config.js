// Kinds of test:
// - unit: no services;
// - integration: one real PostgreSQL;
// - e2e: the built server over HTTP, with real mail;
// - browser: the same server through its pages in a headless Chromium; skipped where there is none;
// - races: many requests at the same moment, several servers;
// - fuzz: random and hostile requests;
// - faults: killed servers, a broken database, a mail server that misbehaves.
import os from 'node:os';

/** Settings of all kinds of test. */
const common = {
  testEnvironment: '<rootDir>/test/support/test-environment.js',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          // Nest injects by the types that the compiler emits as metadata, so SWC must emit them as tsc does.
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  // Sources import './x.js', as ES modules must, while the file on disk is x.ts. Real .js files are tried first.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
};

const withServices = {
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
};

export default {
  // At least four files at a time, even on two cores: e2e tests spend much of their time waiting.
  maxWorkers: Math.max(4, Math.floor(os.availableParallelism() / 2)),
  testSequencer: '<rootDir>/test/support/slowest-first.js',
  // Node.js never frees VM modules. A worker that has grown beyond this is replaced between two files.
  workerIdleMemoryLimit: '1GB',
  // A worker may be replaced after its last file and stopped at once. It needs time to start first, or Jest warns that it
  // does not exit.
  workerGracefulExitTimeout: 20_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{src,dev,client,verifier}/**/*.spec.ts'] },
    { ...common, ...withServices, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.spec.ts'] },
    { ...common, ...withServices, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
    { ...common, ...withServices, displayName: 'races', testMatch: ['<rootDir>/test/races/**/*.race-spec.ts'] },
    { ...common, ...withServices, displayName: 'fuzz', testMatch: ['<rootDir>/test/fuzz/**/*.fuzz-spec.ts'] },
    { ...common, ...withServices, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.fault-spec.ts'] },
    { ...common, ...withServices, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.browser-spec.ts'] },
  ],
  // A test takes a second or two, and a server a few more to start on a busy machine. Files that take longer raise this: see
  // test/support/test-length.ts.
  testTimeout: 120_000,
};
