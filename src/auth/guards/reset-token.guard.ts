import { Injectable } from '@nestjs/common';
import { TokenGuard } from './token-guard.js';

/** Admits requests with a valid reset token. The service checks that it was not used before. */
@Injectable()
export class ResetTokenGuard extends TokenGuard('reset-token') {}
