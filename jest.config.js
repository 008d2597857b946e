// Kinds of test: unit (no services), integration (one real PostgreSQL), e2e (the built server over HTTP, real mail), browser
// (the same server through its pages in a headless Chromium; skipped where there is none), and three in which the same
// servers stand much: races (many requests at the same moment, several servers), fuzz (whatever can be sent), and faults
// (killed servers, a broken database, a mail server that misbehaves).
import os from 'node:os';

/** The same settings for all; only where the tests lie and what must run beside them differs. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          // Nest injects by the types that the compiler writes down, so SWC must write them down as tsc does.
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
  // At least two files at a time: e2e tests mostly wait for the server that they started.
  maxWorkers: Math.max(2, Math.floor(os.availableParallelism() / 2)),
  // VM modules are never collected; a worker that has grown is replaced between files.
  workerIdleMemoryLimit: '1GB',
  // One that has grown over its last file is replaced, too, only to be told to end: it needs the time to start, or Jest complains
  // of a worker that would not exit.
  workerGracefulExitTimeout: 20_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{src,dev}/**/*.spec.ts'] },
    { ...common, ...withServices, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.spec.ts'] },
    { ...common, ...withServices, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
    { ...common, ...withServices, displayName: 'races', testMatch: ['<rootDir>/test/races/**/*.race-spec.ts'] },
    { ...common, ...withServices, displayName: 'fuzz', testMatch: ['<rootDir>/test/fuzz/**/*.fuzz-spec.ts'] },
    { ...common, ...withServices, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.fault-spec.ts'] },
    { ...common, ...withServices, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.browser-spec.ts'] },
  ],
  // A test takes a second or two, and starting a server some more on a busy machine. What takes longer by nature says so: see
  // test/support/test-length.ts.
  testTimeout: 60_000,
};
