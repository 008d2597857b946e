// `npm run bench:verifier`: measures verifications per second with the verifier and with jose alone, in turn.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { FakeIssuer } from '../verifier/test/fake-issuer.js';
import { createVerifier } from '../verifier/src/index.js';

const ROUNDS = 15;
const CALLS = 2000;
const AT_ONCE = 16;

const issuer = await FakeIssuer.start();
const verifier = createVerifier({ issuer: issuer.url, apiKey: 'mjk_key', apiUrl: 'http://api.test' });
const token = await issuer.token();
const request = { method: 'GET', url: '/me', headers: { authorization: `Bearer ${token}` } };
while (issuer.listeners === 0) await new Promise(setImmediate);
// A busy day: sessions that ended during the last ten minutes.
for (let count = 0; count < 10_000; count += 1) issuer.revoke('session', `session-${count}`);
issuer.beat();
while (!(await verifier.verify(request).catch(() => null))) await new Promise(setImmediate);
const beat = setInterval(() => issuer.beat(), 5000);

const keys = createLocalJWKSet({ keys: issuer.published });
const options = { typ: 'at+jwt', algorithms: ['ES256'], issuer: issuer.url, audience: issuer.url };

/** @returns calls in a second */
async function rateOf(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  const worker = async () => {
    for (let count = 0; count < CALLS / AT_ONCE; count += 1) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (CALLS / (performance.now() - startedAt)) * 1000;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const rates: { ours: number; alone: number }[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const ours = await rateOf(() => verifier.verify(request));
  const alone = await rateOf(() => jwtVerify(token, keys, options));
  if (round > 0) rates.push({ ours, alone }); // the first warms up
}
clearInterval(beat);
const [ours, alone] = [median(rates.map((rate) => rate.ours)), median(rates.map((rate) => rate.alone))];
const ratio = median(rates.map((rate) => rate.ours / rate.alone));
console.log(
  `verifier ${ours.toFixed(0)}/s beside ${alone.toFixed(0)}/s (jose alone), median ratio of ${ROUNDS} rounds ${ratio.toFixed(2)}`,
);
verifier.close();
issuer.stop();
