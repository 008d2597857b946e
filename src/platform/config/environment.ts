import type { CleanedEnv } from 'envalid';
import { PROCESS_ENVIRONMENT } from './process-environment.js';
import { DATABASE_ENVIRONMENT } from './database-environment.js';
import { MAIL_SERVER_ENVIRONMENT } from './mail-server-environment.js';
import { SECRETS_ENVIRONMENT } from './secrets-environment.js';
import { LIFETIMES_ENVIRONMENT } from './lifetimes-environment.js';
import { LIMITS_ENVIRONMENT } from './limits-environment.js';
import { RISK_ENVIRONMENT } from './risk-environment.js';
import { PASSWORDS_ENVIRONMENT } from './passwords-environment.js';
import { CLIENTS_ENVIRONMENT } from './clients-environment.js';
import { OPERATION_ENVIRONMENT } from './operation-environment.js';

/**
 * Every setting of the server: type, default, description. `.env.example` is generated
 * from this table, and a test compares them. `devDefault` applies while NODE_ENV is not `production`.
 */
export const ENVIRONMENT = {
  ...PROCESS_ENVIRONMENT,
  ...DATABASE_ENVIRONMENT,
  ...MAIL_SERVER_ENVIRONMENT,
  ...SECRETS_ENVIRONMENT,
  ...LIFETIMES_ENVIRONMENT,
  ...LIMITS_ENVIRONMENT,
  ...RISK_ENVIRONMENT,
  ...PASSWORDS_ENVIRONMENT,
  ...CLIENTS_ENVIRONMENT,
  ...OPERATION_ENVIRONMENT,
};

export type Environment = CleanedEnv<typeof ENVIRONMENT>;
