import { ApiProperty } from '@nestjs/swagger';
import { IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { Normalise } from '../../platform/http/validation/rule.js';
import { foldTypedText } from '../../platform/text/typed-text.js';
import { FINDING_ACTIONS, FINDING_CODES, type FindingAction, type FindingCode } from './login-finding.js';
import type { LoginDiagnosis } from './login-diagnosis.service.js';

export class LoginDiagnosisQuery {
  /** Login ID or address, as the person types it */
  @Normalise(foldTypedText)
  @IsVisibleText({ max: 254 })
  @ApiProperty({ example: 'ada' })
  identifier: string;
}

export class LoginFindingResponse {
  @ApiProperty({ enum: FINDING_CODES }) code: FindingCode;
  /** When it happened or began */
  at?: Date;
  /** When it ends by itself; for a closed account, when it is erased; for mail_waiting, when the next attempt is due */
  until?: Date;
  /** Facts that go with the code */
  @ApiProperty({ type: Object, required: false }) params?: Record<string, unknown>;
  /** The operation that helps */
  @ApiProperty({ enum: FINDING_ACTIONS, required: false }) action?: FindingAction;
}

export class LoginDiagnosisResponse {
  /** null if no member has the identifier */
  @ApiProperty({ format: 'uuid' }) memberId: string | null;
  /** At least one, the most decisive first */
  findings: LoginFindingResponse[];
}

/** Leaves out what is undefined. */
export const loginDiagnosisResponseOf = ({ memberId, findings }: LoginDiagnosis): LoginDiagnosisResponse => ({
  memberId,
  findings: findings.map(({ code, at, until, params, action }) => ({
    code,
    ...(at && { at }),
    ...(until && { until }),
    ...(params && { params: { ...params } }),
    ...(action && { action }),
  })),
});
