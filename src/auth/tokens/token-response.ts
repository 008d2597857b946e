import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What a client gets when it is signed in: on login, on refresh, after confirming a sign-up. */
export class TokenResponse {
  @ApiProperty({ enum: ['authenticated'] }) status: 'authenticated';
  @ApiProperty({ enum: ['Bearer'] }) tokenType: 'Bearer';
  @ApiProperty({ description: 'JWT for `Authorization: Bearer …`' }) accessToken: string;
  @ApiProperty({ type: 'integer', description: 'Seconds the access token lives', example: 600 }) expiresIn: number;
  @ApiPropertyOptional({ description: 'JWT for POST /api/auth/refresh. Absent with cookie transport' })
  refreshToken?: string;
  @ApiProperty({ type: 'integer', description: 'Seconds the refresh token lives', example: 1_209_600 })
  refreshExpiresIn: number;
  @ApiProperty({ format: 'uuid' }) sessionId: string;
  @ApiPropertyOptional({
    description:
      'Only when a device logs in for the first time: keep it and send it with later logins. Absent with cookie transport',
  })
  deviceToken?: string;
}
