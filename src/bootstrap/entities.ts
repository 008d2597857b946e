import { Invitation } from '../verification/invitations/invitation.entity.js';
import { DisavowalReport } from '../account/compromise-recovery/disavowal-report.entity.js';
import { EmailChange } from '../users/email-change.entity.js';
import { SocialSignUp } from '../auth/social-login/social-sign-up.entity.js';
import { SignUp } from '../auth/sign-up/sign-up.entity.js';
import { EventDelivery } from '../security/events/deliveries/event-delivery.entity.js';
import { Event } from '../security/events/log/event.entity.js';
import { EventConsumer } from '../security/events/log/event-consumer.entity.js';
import { Webhook } from '../security/events/webhooks/webhook.entity.js';
import { ImportedClaim } from '../users/imports/imported-claim.entity.js';
import { ImportJournalEntry } from '../users/imports/import-journal.entity.js';
import { OutboxMessage } from '../mail/outbox/outbox-message.entity.js';
import { MfaChallenge } from '../mfa/challenges/mfa-challenge.entity.js';
import { PasskeyChallenge } from '../mfa/passkeys/passkey-challenge.entity.js';
import { FactorDispute } from '../mfa/disputed-factors/factor-dispute.entity.js';
import { Passkey } from '../mfa/passkeys/passkey.entity.js';
import { RecoveryCode } from '../mfa/recovery-codes/recovery-code.entity.js';
import { TotpSecret } from '../mfa/totp/totp-secret.entity.js';
import { ApiKey } from '../security/api-keys/api-key.entity.js';
import { SecurityEvent } from '../security/audit-log/security-event.entity.js';
import { LoginFailure } from '../security/rate-limits/login-failure.entity.js';
import { RateLimit } from '../security/rate-limits/rate-limit.entity.js';
import { KnownNetwork } from '../security/risk/known-network.entity.js';
import { RiskNotice } from '../security/risk/risk-notice.entity.js';
import { SessionCountry } from '../security/risk/session-country.entity.js';
import { Device } from '../sessions/devices/device.entity.js';
import { Revocation } from '../sessions/revocation/revocation.entity.js';
import { RefreshCount } from '../sessions/refresh-counts/refresh-count.entity.js';
import { Session } from '../sessions/session.entity.js';
import { StoredGrant } from '../platform/federation/provider-grant.entity.js';
import { ProviderRevocation } from '../platform/federation/revocations/provider-revocation.entity.js';
import { SocialRequest } from '../platform/federation/social-request.entity.js';
import { Consent } from '../users/consents/consent.entity.js';
import { Identity } from '../users/identities/identity.entity.js';
import { LegacyHashStart } from '../users/legacy-hash-start.entity.js';
import { Member } from '../users/member.entity.js';
import { EmailChallengeRequest } from '../verification/email-challenge-request.entity.js';
import { EmailChallenge } from '../verification/email-challenge.entity.js';
import { ResetGrant } from '../verification/reset-grant.entity.js';

/**
 * Every table that has an entity, in no order. The inner lists only keep the lines few. A new entity
 * is added here; a module that injects its TypeORM repository also names it in `forFeature`.
 */
export const ENTITIES = [
  ...[
    Member,
    SignUp,
    Invitation,
    EmailChallenge,
    EmailChallengeRequest,
    ResetGrant,
    Session,
    Device,
    Revocation,
    RefreshCount,
  ],
  ...[
    OutboxMessage,
    SecurityEvent,
    LoginFailure,
    RateLimit,
    ApiKey,
    ImportJournalEntry,
    LegacyHashStart,
    ImportedClaim,
  ],
  ...[TotpSecret, RecoveryCode, MfaChallenge, EmailChange, DisavowalReport],
  ...[KnownNetwork, SessionCountry, RiskNotice],
  ...[Event, EventConsumer, EventDelivery, Webhook],
  ...[Passkey, PasskeyChallenge, FactorDispute],
  ...[Consent, Identity, SocialRequest, SocialSignUp, StoredGrant, ProviderRevocation],
];
