import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { simpleParser } from 'mailparser';
import { describeFailure } from '../../src/mail/delivery/smtp-failure.js';
import { smtpOptions } from '../../src/mail/delivery/mailer-options.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { isInstalled, skipNotice } from '../support/debian-server.js';
import { serverEnvironment } from '../support/server-environment.js';
import { type ReceivedMail, SmtpSink } from '../support/smtp-sink.js';

const hasOpenssl = isInstalled('openssl');
if (!hasOpenssl) skipNotice('openssl', 'openssl');

/** What a mail server sees of us, by the settings. */
describe('a mail on the wire', () => {
  let folder: string;
  let sink: SmtpSink;
  const certificate = (): string => path.join(folder, 'certificate.pem');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'munjigi-mail-'));
    if (!hasOpenssl) return;
    const names = ['-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${certificate()}.key`];
    execFileSync('openssl', ['req', '-x509', ...key, ...names, '-out', certificate()], { stdio: 'ignore' });
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => sink.stop());

  async function send(settings: Record<string, string>): Promise<ReceivedMail> {
    const { transport, defaults } = smtpOptions(
      AppConfig.load(serverEnvironment({ DATABASE_URL: 'postgres://db', SMTP_URL: sink.url, ...settings })),
    );
    const transporter = createTransport(transport, defaults);
    try {
      await transporter.sendMail({ to: 'ada@example.test', text: 'hello' });
    } finally {
      transporter.close();
    }
    return sink.mails[0]!;
  }

  it('greets with the host of PUBLIC_URL, or with SMTP_CLIENT_NAME', async () => {
    sink = await SmtpSink.start();
    const PUBLIC_URL = 'https://accounts.example.com/members';
    expect((await send({ PUBLIC_URL })).clientName).toBe('accounts.example.com');
    sink.reset();
    expect((await send({ PUBLIC_URL, SMTP_CLIENT_NAME: 'out.example.com' })).clientName).toBe('out.example.com');
  });

  it.each(['Acme (Korea)', 'Acme: Accounts', 'Acme; Accounts, Ltd.', '문지기: 계정'])(
    'ML-01 has one sender with its whole name: %s',
    async (name) => {
      sink = await SmtpSink.start();
      const { raw } = await send({ MAIL_FROM: `${name} <no-reply@example.com>` });
      const { from } = await simpleParser(raw);
      expect(from?.value).toEqual([{ address: 'no-reply@example.com', name }]);
    },
  );

  it('ML-07 any certificate is good enough when the operator switches the check off', async () => {
    sink = await SmtpSink.start({ tls: true });
    await send({ SMTP_REQUIRE_TLS: 'true', SMTP_VERIFY_CERTIFICATE: 'false' });
    expect(sink.mails).toHaveLength(1);
  });

  (hasOpenssl ? it : it.skip)('ML-07 a self-signed certificate is trusted by SMTP_CA_FILE alone', async () => {
    const tls = { key: await readFile(`${certificate()}.key`), cert: await readFile(certificate()) };
    sink = await SmtpSink.start({ tls });
    // The check applies even where TLS is not required: an attacker on the way could offer another certificate.
    const error: unknown = await send({ SMTP_REQUIRE_TLS: 'false' }).catch((refusal: unknown) => refusal);
    expect(describeFailure(error)).toMatch(/certificate.*SMTP_CA_FILE/);
    expect(sink.mails).toEqual([]);
    await send({ SMTP_REQUIRE_TLS: 'true', SMTP_CA_FILE: certificate() });
    expect(sink.mails).toHaveLength(1);
    await sink.stop();
    sink = await SmtpSink.start({ tls: true });
    await expect(send({ SMTP_REQUIRE_TLS: 'true', SMTP_CA_FILE: certificate() })).rejects.toThrow(/certificate/);
  });
});
