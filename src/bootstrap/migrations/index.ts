import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';
import { TwoFactor1764100000000 } from './1764100000000-two-factor.js';
import { AccountRecovery1764200000000 } from './1764200000000-account-recovery.js';
import { Risk1764300000000 } from './1764300000000-risk.js';
import { Passkeys1764400000000 } from './1764400000000-passkeys.js';
import { OutboxOrder1764500000000 } from './1764500000000-outbox-order.js';
import { Administration1764600000000 } from './1764600000000-administration.js';
import { SealedBy1764710000000 } from './1764710000000-sealed-by.js';
import { LargeTables1764900000000 } from './1764900000000-large-tables.js';
import { SignUpMailedAt1764900100000 } from './1764900100000-sign-up-mailed-at.js';
import { SecurityEventPartitions1764900200000 } from './1764900200000-security-event-partitions.js';
import { EndlessWaits1764910100000 } from './1764910100000-endless-waits.js';
import { RecoveryCodesCreatedAt1764910120000 } from './1764910120000-recovery-codes-created-at.js';
import { ProofNamedLoginId1764910300000 } from './1764910300000-proof-named-login-id.js';
import { ErasureIndexes1764910400000 } from './1764910400000-erasure-indexes.js';
import { SessionSecondFactor1764910500000 } from './1764910500000-session-second-factor.js';
import { ProofAddress1764910610000 } from './1764910610000-proof-address.js';
import { FactorDisputes1764910620000 } from './1764910620000-factor-disputes.js';
import { BoundSessions1764910800000 } from './1764910800000-bound-sessions.js';
import { PasskeyAaguid1764910900000 } from './1764910900000-passkey-aaguid.js';
import { SessionFirstFactor1765000000000 } from './1765000000000-session-first-factor.js';
import { ApiKeys1765010000000 } from './1765010000000-api-keys.js';
import { RevocationTimes1765010010000 } from './1765010010000-revocation-times.js';
import { Events1765020000000 } from './1765020000000-events.js';
import { Attributes1765030000000 } from './1765030000000-attributes.js';
import { LegacyHashKinds1765040000000 } from './1765040000000-legacy-hash-kinds.js';
import { WebhookEnabledAt1765042000000 } from './1765042000000-webhook-enabled-at.js';
import { SocialSignUps1765043000000 } from './1765043000000-social-sign-ups.js';
import { NoPassword1765044000000 } from './1765044000000-no-password.js';
import { LegacyHashStarts1765045000000 } from './1765045000000-legacy-hash-starts.js';
import { ImportJournal1765050000000 } from './1765050000000-import-journal.js';
import { SessionsAtProviders1765060530000 } from './1765060530000-sessions-at-providers.js';
import { SocialLogin1765060000000 } from './1765060000000-social-login.js';
import { ProviderGrants1765060470000 } from './1765060470000-provider-grants.js';
import { ClaimedHashKinds1765060520000 } from './1765060520000-claimed-hash-kinds.js';
import { GeneratedLoginIds1765046100000 } from './1765046100000-generated-login-ids.js';
import { ImportedClaims1765046000000 } from './1765046000000-imported-claims.js';
import { ChallengeStarters1765060610000 } from './1765060610000-challenge-starters.js';
import { ChallengeStarterIndex1765060660000 } from './1765060660000-challenge-starter-index.js';
import { MailRetries1765060670000 } from './1765060670000-mail-retries.js';
import { RefreshCounts1765060560000 } from './1765060560000-refresh-counts.js';
import { ConsentReminders1765060620000 } from './1765060620000-consent-reminders.js';
import { Consents1765060540000 } from './1765060540000-consents.js';
import { Invitations1765060550000 } from './1765060550000-invitations.js';

/** All migrations, in the order in which they run. */
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
  SessionSecondFactor1764910500000,
  ProofAddress1764910610000,
  FactorDisputes1764910620000,
  BoundSessions1764910800000,
  PasskeyAaguid1764910900000,
  SessionFirstFactor1765000000000,
  ApiKeys1765010000000,
  RevocationTimes1765010010000,
  Events1765020000000,
  Attributes1765030000000,
  LegacyHashKinds1765040000000,
  WebhookEnabledAt1765042000000,
  SocialSignUps1765043000000,
  NoPassword1765044000000,
  LegacyHashStarts1765045000000,
  ImportedClaims1765046000000,
  GeneratedLoginIds1765046100000,
  ImportJournal1765050000000,
  SocialLogin1765060000000,
  ProviderGrants1765060470000,
  ClaimedHashKinds1765060520000,
  SessionsAtProviders1765060530000,
  Consents1765060540000,
  Invitations1765060550000,
  RefreshCounts1765060560000,
  ChallengeStarters1765060610000,
  ConsentReminders1765060620000,
  ChallengeStarterIndex1765060660000,
  MailRetries1765060670000,
];
