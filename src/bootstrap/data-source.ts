import type { DataSourceOptions } from 'typeorm';
import { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import { EmailChange } from '../account/email-change/email-change.entity.js';
import { NotMeReport } from '../account/compromise-recovery/not-me-report.entity.js';
import { SignUp } from '../auth/sign-up/sign-up.entity.js';
import { OutboxMessage } from '../mail/outbox/outbox-message.entity.js';
import { LoginFailure } from '../security/rate-limits/login-failure.entity.js';
import { RateLimit } from '../security/rate-limits/rate-limit.entity.js';
import { Device } from '../sessions/devices/device.entity.js';
import { Revocation } from '../sessions/revocation/revocation.entity.js';
import { Session } from '../sessions/session.entity.js';
import { Member } from '../users/member.entity.js';
import { ProofHandle } from '../verification/proof-handle.entity.js';
import { ProofRequest } from '../verification/proof-request.entity.js';
import { ResetGrant } from '../verification/reset-grant.entity.js';
import { MfaChallenge } from '../mfa/challenges/mfa-challenge.entity.js';
import { RecoveryCode } from '../mfa/recovery-codes/recovery-code.entity.js';
import { KnownNetwork } from '../security/risk/known-network.entity.js';
import { RiskNotice } from '../security/risk/risk-notice.entity.js';
import { SessionCountry } from '../security/risk/session-country.entity.js';
import { TotpSecret } from '../mfa/totp/totp-secret.entity.js';
import { Passkey } from '../mfa/passkeys/passkey.entity.js';
import { PasskeyChallenge } from '../mfa/passkeys/passkey-challenge.entity.js';
import { DatabaseClient } from '../platform/database/database-client.js';
import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema.js';
import { UnnamedStatementsClient } from '../platform/database/unnamed-statements-client.js';
import { AccountRecovery1764200000000 } from './migrations/1764200000000-account-recovery.js';
import { Risk1764300000000 } from './migrations/1764300000000-risk.js';
import { Passkeys1764400000000 } from './migrations/1764400000000-passkeys.js';
import { Administration1764600000000 } from './migrations/1764600000000-administration.js';
import { OutboxOrder1764500000000 } from './migrations/1764500000000-outbox-order.js';
import { SealedBy1764710000000 } from './migrations/1764710000000-sealed-by.js';
import { LargeTables1764900000000 } from './migrations/1764900000000-large-tables.js';
import { SignUpMailedAt1764900100000 } from './migrations/1764900100000-sign-up-mailed-at.js';
import { SecurityEventPartitions1764900200000 } from './migrations/1764900200000-security-event-partitions.js';
import { EndlessWaits1764910100000 } from './migrations/1764910100000-endless-waits.js';
import { RecoveryCodesCreatedAt1764910120000 } from './migrations/1764910120000-recovery-codes-created-at.js';
import { ProofNamedLoginId1764910300000 } from './migrations/1764910300000-proof-named-login-id.js';
import { ErasureIndexes1764910400000 } from './migrations/1764910400000-erasure-indexes.js';
import { TwoFactor1764100000000 } from './migrations/1764100000000-two-factor.js';

export const ENTITIES = [
  ...[Member, SignUp, ProofRequest, ProofHandle, ResetGrant, Session, Device, Revocation],
  ...[OutboxMessage, SecurityEvent, LoginFailure, RateLimit],
  ...[TotpSecret, RecoveryCode, MfaChallenge, EmailChange, NotMeReport],
  ...[KnownNetwork, SessionCountry, RiskNotice],
  ...[Passkey, PasskeyChallenge],
];

export const MIGRATIONS = [
  InitialSchema1764000000000,
  TwoFactor1764100000000,
  AccountRecovery1764200000000,
  Risk1764300000000,
  Passkeys1764400000000,
  OutboxOrder1764500000000,
  Administration1764600000000,
  SealedBy1764710000000,
  LargeTables1764900000000,
  SignUpMailedAt1764900100000,
  SecurityEventPartitions1764900200000,
  EndlessWaits1764910100000,
  RecoveryCodesCreatedAt1764910120000,
  ProofNamedLoginId1764910300000,
  ErasureIndexes1764910400000,
];

interface DatabaseSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Upper bound for one statement. */
  readonly timeoutSeconds: number;
  /** Whether a pooler in transaction mode stands between: what belongs to a connection does not last there. */
  readonly isPooled?: boolean;
  /** Upper bound for getting a connection, where it is not the same. */
  readonly poolWaitMs?: number;
  readonly onPoolError?: (error: Error) => void;
}

/** The one set of options: for the app, the migrations and the tests. The schema changes by migration only, never by synchronize. */
export function dataSourceOptions(settings: DatabaseSettings): DataSourceOptions {
  const timeout = settings.timeoutSeconds * 1000;
  return {
    type: 'postgres',
    url: settings.url,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    synchronize: false,
    // Ids are made here, so the database needs no extension that an ordinary role may not create.
    installExtensions: false,
    poolErrorHandler: settings.onPoolError ?? (() => undefined),
    extra: {
      max: settings.poolSize,
      connectionTimeoutMillis: settings.poolWaitMs ?? timeout,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: 'munjigi',
      // A lost network looks like silence: the client gives up a little after the server would have.
      query_timeout: timeout + 1000,
      ...(settings.isPooled === true
        ? { Client: UnnamedStatementsClient } // and the server's own timeouts are set for the role, see docs/scaling.md
        : {
            Client: DatabaseClient,
            options: `-c statement_timeout=${timeout} -c lock_timeout=${timeout} -c idle_in_transaction_session_timeout=${timeout * 2} -c timezone=UTC`,
          }),
    },
  };
}
