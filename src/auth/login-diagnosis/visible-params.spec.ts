import { describe, expect, it } from '@jest/globals';
import type { ApiKeyScope, Principal } from '../../platform/http/principal.js';
import type { LoginFinding } from './login-finding.js';
import { withVisibleParams } from './visible-params.js';

const FINDINGS: LoginFinding[] = [
  { code: 'member_disabled', params: { actorId: '1', reason: 'Ticket of Ada' }, action: 'enable' },
  { code: 'login_refused_by_risk', params: { signals: ['new_country'] } },
  { code: 'second_factor_wrong', params: { failures: 3, factors: ['totp'], recoveryCodesLeft: 8 } },
  { code: 'mail_failed', params: { mailId: '2', template: 'sign-up', attempts: 3, error: '550 unknown' } },
  { code: 'mail_domain_failing', params: { domain: 'example.com', addresses: 4, error: '550 unknown' } },
  { code: 'no_obstacle', params: { addedLater: 'x' } },
];
const keyWith = (...scopes: ApiKeyScope[]): Principal => ({
  ...{ apiKeyId: '1', scopes, secretDigest: Buffer.alloc(0), expiresAt: null },
});
const paramsFor = (reader: Principal) => withVisibleParams(FINDINGS, reader).map(({ params = {} }) => params);

describe('the facts of a diagnosis', () => {
  it('AC-02 are shown to an API key only if its scopes let it list their source', () => {
    expect(paramsFor(keyWith('members:read'))).toEqual([
      {},
      {},
      { factors: ['totp'], recoveryCodesLeft: 8 },
      {},
      {},
      {},
    ]);
    expect(paramsFor(keyWith('members:read', 'outbox:read'))).toEqual([
      ...[{}, {}, { factors: ['totp'], recoveryCodesLeft: 8 }],
      ...[FINDINGS[3]!.params, FINDINGS[4]!.params, {}],
    ]);
    expect(paramsFor(keyWith('members:read', 'security-events:read')).slice(0, 4)).toEqual([
      ...[FINDINGS[0]!.params, FINDINGS[1]!.params, FINDINGS[2]!.params],
      {},
    ]);
  });

  it('AC-02 are all shown to an administrator; code and action to every reader', () => {
    const person: Principal = { memberId: '1', sessionId: '2', role: 'admin' };
    expect(withVisibleParams(FINDINGS, person)).toEqual(FINDINGS);
    expect(withVisibleParams(FINDINGS, keyWith('members:read'))[0]).toEqual({
      code: 'member_disabled',
      action: 'enable',
    });
  });
});
