import { isApiKey, type ApiKeyScope, type Principal } from '../../platform/http/principal.js';
import type { LoginFinding } from './login-finding.js';

/** For each fact, the scope with which an API key can list the source of the fact. */
const SCOPES: Readonly<Record<string, ApiKeyScope>> = {
  ...{
    providers: 'members:read',
    passkeys: 'members:read',
    factors: 'members:read',
    recoveryCodesLeft: 'members:read',
  },
  ...{ actorId: 'security-events:read', reason: 'security-events:read', why: 'security-events:read' },
  ...{ signals: 'security-events:read', failures: 'security-events:read' },
  ...{ mailId: 'outbox:read', template: 'outbox:read', attempts: 'outbox:read' },
  ...{ error: 'outbox:read', domain: 'outbox:read', addresses: 'outbox:read' },
};

/**
 * Leaves out the facts that an API key could not list: otherwise `members:read` alone would open parts
 * of the audit log and the outbox (AC-02). A fact without a scope above is shown to people only.
 */
export function withVisibleParams(findings: readonly LoginFinding[], reader: Principal): LoginFinding[] {
  if (!isApiKey(reader)) return [...findings];
  return findings.map(({ params, ...finding }) => {
    const visible = Object.entries(params ?? {}).filter(([name]) => reader.scopes.includes(SCOPES[name]!));
    return { ...finding, ...(visible.length > 0 && { params: Object.fromEntries(visible) }) };
  });
}
