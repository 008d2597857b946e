// Decides in which order Jest runs the test files: those that take longest first, so that all
// workers end together. Jest itself knows how long a file takes only from the cache of an earlier
// run, and a fresh clone has none.
import path from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * The slow files, roughly slowest first. `.ci/run` prints the ten slowest of a run. Files that mostly wait stand
 * between files that keep a core busy, which the browser tests do most.
 */
const SLOWEST = [
  'browser/social-login.browser-spec.ts',
  'e2e/equal-times.e2e-spec.ts',
  'e2e/cli.e2e-spec.ts',
  'browser/client-tabs.browser-spec.ts',
  'faults/faults.fault-spec.ts',
  'browser/console.browser-spec.ts',
  'browser/account.browser-spec.ts',
  'e2e/shutdown.e2e-spec.ts',
  'e2e/image.e2e-spec.ts',
  'browser/account-security.browser-spec.ts',
  'e2e/crash.e2e-spec.ts',
  'e2e/bad-input.e2e-spec.ts',
  'fuzz/frames.fuzz-spec.ts',
  'browser/console-members.browser-spec.ts',
  'e2e/import.e2e-spec.ts',
  'faults/webhooks.fault-spec.ts',
  'browser/examples.browser-spec.ts',
  'e2e/login.e2e-spec.ts',
  'e2e/overload.e2e-spec.ts',
  'browser/recovery.browser-spec.ts',
  'e2e/resource-servers.e2e-spec.ts',
  'e2e/tokens.e2e-spec.ts',
  'browser/consents.browser-spec.ts',
  'e2e/metrics.e2e-spec.ts',
  'e2e/openapi.e2e-spec.ts',
  'e2e/token-hook.e2e-spec.ts',
  'browser/sign-up.browser-spec.ts',
  'e2e/late-writes.e2e-spec.ts',
  'e2e/secret-rotation.e2e-spec.ts',
  'e2e/social-lifecycle.e2e-spec.ts',
  'faults/full-disk.fault-spec.ts',
  'browser/swagger-ui.browser-spec.ts',
  'e2e/account.e2e-spec.ts',
  'e2e/event-receivers.e2e-spec.ts',
  'e2e/lazy-import.e2e-spec.ts',
  'faults/failover.fault-spec.ts',
  'browser/support-cases.browser-spec.ts',
  'e2e/admin.e2e-spec.ts',
  'e2e/mail-faults.e2e-spec.ts',
  'e2e/sign-up.e2e-spec.ts',
  'e2e/refresh.e2e-spec.ts',
  'e2e/recovery-privacy.e2e-spec.ts',
  'e2e/risk.e2e-spec.ts',
  'e2e/revocation-stream.e2e-spec.ts',
  'e2e/tracing.e2e-spec.ts',
  'e2e/passkeys.e2e-spec.ts',
  'e2e/operations.e2e-spec.ts',
  'e2e/webhooks.e2e-spec.ts',
  'e2e/mail-preview.e2e-spec.ts',
  'races/key-rotation.race-spec.ts',
  'races/lost-and-stolen-tokens.race-spec.ts',
  'races/accounts.race-spec.ts',
  'e2e/http-edges.e2e-spec.ts',
];

export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = (test) => {
      const place = SLOWEST.findIndex((name) => test.path.endsWith(path.join('test', name)));
      return place < 0 ? SLOWEST.length : place;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
