import { createTransport } from 'nodemailer';
import { describeFailure } from '../../mail/delivery/smtp-failure.js';
import { smtpOptions } from '../../mail/delivery/mailer-options.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import { StartError } from '../../platform/config/start-error.js';
import { withoutLogin } from '../../platform/config/server-url.js';
import { checkDatabase } from '../../platform/database/database-probe.js';

/** The result of trying one server. */
export interface ServerCheck {
  readonly isWorking: boolean;
  /** For the terminal: what was tried and how the server answered, or why the check failed and what to do. */
  readonly line: string;
}

type Attempt = readonly [setting: string, url: string, connect: () => Promise<string>];

const REDIS_TIMEOUT_MS = 3000;

/** Connects once to each server that the settings name. Changes nothing there and sends no mail. */
export async function checkServers(config: AppConfig): Promise<ServerCheck[]> {
  const { env } = config;
  const attempts: Attempt[] = [];
  for (const setting of ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'DATABASE_REPLICA_URL'] as const) {
    const connect = async (): Promise<string> =>
      `PostgreSQL ${await checkDatabase(config, setting)} accepts the login.`;
    const url = env[setting];
    if (url !== undefined) attempts.push([setting, url, connect]);
  }
  const redisUrl = env.REDIS_URL;
  if (redisUrl !== undefined) attempts.push(['REDIS_URL', redisUrl, () => askRedis(redisUrl)]);
  attempts.push(['SMTP_URL', env.SMTP_URL, () => askMailServer(config)]);
  return Promise.all(attempts.map(tryOnce));
}

async function tryOnce([setting, url, connect]: Attempt): Promise<ServerCheck> {
  try {
    return { isWorking: true, line: `Tried ${setting}, ${withoutLogin(url)}: ${await connect()}` };
  } catch (error) {
    return { isWorking: false, line: (error as Error).message };
  }
}

/** Connects, uses TLS and logs in as for a mail, and stops there. */
async function askMailServer(config: AppConfig): Promise<string> {
  const { transport, defaults } = smtpOptions(config);
  const transporter = createTransport(transport, defaults);
  try {
    await transporter.verify();
    return 'the mail server accepts our connection. "munjigi mail test" sends a mail.';
  } catch (error) {
    throw new StartError(`The mail server of SMTP_URL cannot be used: ${describeFailure(error)}`);
  } finally {
    transporter.close();
  }
}

async function askRedis(url: string): Promise<string> {
  const { Redis } = await import('ioredis'); // loaded only where it is used
  const options = { lazyConnect: true, maxRetriesPerRequest: 0, connectTimeout: REDIS_TIMEOUT_MS };
  const redis = new Redis(url, { ...options, commandTimeout: REDIS_TIMEOUT_MS, retryStrategy: () => null });
  let reason: string | undefined;
  redis.on('error', (error: Error & { code?: string }) => (reason ??= error.message || error.code));
  try {
    await redis.connect();
    await redis.ping();
    return 'Redis answers.';
  } catch (error) {
    throw new StartError(
      `The Redis of REDIS_URL cannot be used: ${reason ?? (error as Error).message}. Correct REDIS_URL, or start Redis.`,
    );
  } finally {
    redis.disconnect();
  }
}
