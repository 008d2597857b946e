import type { AppConfig } from '../platform/config/app-config.js';
import { ApiInteger } from '../platform/http/integer.decorator.js';
import { IsOpaqueToken, IsSixDigitCode } from '../platform/http/validation/field-decorators.js';

/** A mailed code, with the id of the request that it was mailed for. */
export class ConfirmCodeRequest {
  /** From the response of send-code */
  @IsOpaqueToken() requestId: string;

  /** The six digits from the mail; blanks and hyphens are ignored */
  @IsSixDigitCode() code: string;
}

/** How long a mailed code is valid, and when another mail can be requested. */
export class CodeLifetimes {
  /** Seconds until the same request can send another mail; an earlier request sends none */
  @ApiInteger({ example: 60 }) resendAfter: number;

  /** Seconds until the mailed code expires */
  @ApiInteger({ example: 600 }) expiresIn: number;
}

/** The response to a request for a mailed code. */
export class CodeSentResponse extends CodeLifetimes {
  /** Sent back together with the code; of no use without it */
  requestId: string;
}

/** The same for known and unknown addresses: `resendAfter` depends only on the requests that clients submitted. */
export function codeLifetimes({ env }: AppConfig, resendAfter: number): CodeLifetimes {
  return { resendAfter, expiresIn: env.CODE_TTL_SECONDS };
}
