import { Injectable } from '@nestjs/common';
import { TokenGuard } from './token-guard.js';

/** Admits requests with a valid reset token. Whether it is used up is decided when it is spent. */
@Injectable()
export class ResetTokenGuard extends TokenGuard('reset-token') {}
