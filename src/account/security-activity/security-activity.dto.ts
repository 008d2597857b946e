import { ApiProperty } from '@nestjs/swagger';
import { PageResponse } from '../../platform/http/validation/page.dto.js';
import { SECURITY_EVENT_TYPES } from '../../security/audit-log/security-events.js';

export class SecurityActivityEntryResponse {
  /** @example '4711' */
  id: string;
  @ApiProperty({ enum: SECURITY_EVENT_TYPES, enumName: 'SecurityEventType' }) type: string;
  at: Date;
  /**
   * Whether an administrator, an API key or a command of the operator caused the event; `ip` and `userAgent` are then
   * empty, `country`, `browser` and `os` null
   */
  byAdmin: boolean;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  /**
   * ISO 3166-1 code, if the country is known
   * @example KR
   */
  country: string | null;
  @ApiProperty({ example: 'Mozilla/5.0 …' }) userAgent: string;
  /** @example 'Firefox' */
  browser: string | null;
  /** @example 'Linux' */
  os: string | null;
  @ApiProperty({ format: 'uuid' }) sessionId: string | null;
  /** Facts that go with the type; see docs/events.md */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { newDevice: true } })
  details: Record<string, unknown>;
}

export class SecurityActivityResponse extends PageResponse {
  items: SecurityActivityEntryResponse[];
}
