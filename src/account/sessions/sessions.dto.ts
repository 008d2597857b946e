import { ApiProperty } from '@nestjs/swagger';
import { IsOneOf } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent } from '../../platform/http/validation/rule.js';
import type { OwnSession } from './own-sessions.service.js';

export class EndSessionsQuery {
  /** true: end the session of this request too */
  @MayBeAbsent()
  @IsOneOf(['true', 'false'], { default: 'false' })
  includeCurrent?: 'true' | 'false';
}

export class SessionResponse implements OwnSession {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: "Ada's phone" }) deviceName: string | null;
  /** @example Firefox */
  browser: string | null;
  /** @example Android */
  os: string | null;
  @ApiProperty({ example: '198.18.3.7' }) ip: string;
  /**
   * ISO 3166-1 code, if the country is known
   * @example KR
   */
  country: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  /** Whether this is the session of the request */
  current: boolean;
  /** Whether a copied refresh token is of no use, because it needs a key of the device */
  bound: boolean;
}

export class SessionListResponse {
  items: SessionResponse[];
}
