import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { isWebhookSecret, newWebhookSecret, webhookHeaders } from './webhook-signature.js';

const now = () => Math.floor(Date.now() / 1000);
const BODY = '{"type":"member.created","name":"한글"}';

describe('the signature of a webhook', () => {
  const [old, renewed] = [newWebhookSecret(), newWebhookSecret()];

  it('EV-03 is accepted by the library of Standard Webhooks, with either of two secrets', () => {
    const headers = webhookHeaders([renewed, old], 'evt_1', now(), BODY);
    expect(new Webhook(old).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(new Webhook(renewed).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  });

  it.each([
    ['body', BODY.replace('created', 'erased'), {}],
    ['id', BODY, { 'webhook-id': 'evt_2' }],
    ['time', BODY, { 'webhook-timestamp': String(now() - 9) }],
  ])('EV-03 is refused after a change of the %s', (_part, body, change) => {
    const headers = { ...webhookHeaders([old], 'evt_1', now(), BODY), ...change };
    expect(() => new Webhook(old).verify(body, headers)).toThrow();
  });

  it('EV-03 is refused when it is old, and with another secret', () => {
    expect(() => new Webhook(old).verify(BODY, webhookHeaders([old], 'evt_1', now() - 400, BODY))).toThrow('too old');
    expect(() => new Webhook(old).verify(BODY, webhookHeaders([renewed], 'evt_1', now(), BODY))).toThrow();
  });

  it('EV-03 takes secrets of 24 to 64 bytes', () => {
    const ofBytes = (length: number): string => `whsec_${Buffer.alloc(length, 7).toString('base64')}`;
    expect([23, 24, 64, 65].map((length) => isWebhookSecret(ofBytes(length)))).toEqual([false, true, true, false]);
    expect([isWebhookSecret(old), isWebhookSecret('secret')]).toEqual([true, false]);
  });
});
