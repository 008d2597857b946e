import { Injectable } from '@nestjs/common';
import { TokenGuard } from './token-guard.js';

/** Lets a genuine reset token in; whether it is used up is for the spending to decide. */
@Injectable()
export class ResetTokenGuard extends TokenGuard('reset-token') {}
