const DAY = 86_400;

/**
 * How long access records are kept under PRIVACY_PROFILE=kr: two years, as Korea asks of services
 * with 50,000 members or more (Standards of Measures to Ensure Safety of Personal Information,
 * article 8). Two years with a leap day in them have 731 days.
 */
const ACCESS_RECORD_SECONDS = 731 * DAY;

/** The entries of the audit log about what administrators and API keys read and did. */
export const IS_ACCESS_RECORD = '(actor_id IS NOT NULL OR api_key_id IS NOT NULL)';

export interface AuditLogSettings {
  readonly SECURITY_EVENT_RETENTION_SECONDS: number;
  readonly PRIVACY_PROFILE?: 'kr' | undefined;
}

/** How long access records are kept, in seconds: at least as long as other entries (AC-06). */
export function accessRecordRetention(settings: AuditLogSettings): number {
  const { SECURITY_EVENT_RETENTION_SECONDS: retention, PRIVACY_PROFILE: profile } = settings;
  return profile === 'kr' ? Math.max(retention, ACCESS_RECORD_SECONDS) : retention;
}
