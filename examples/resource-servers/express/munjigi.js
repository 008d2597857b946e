import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { calculateJwkThumbprint, createLocalJWKSet, EmbeddedJWK, errors, jwtVerify } from 'jose';

const PROOF_SECONDS = 60;
const REFETCH_MS = 30_000;

/** Why a request is not admitted. */
export class Refusal extends Error {
  constructor(status, code, { scheme = 'Bearer', more = '' } = {}) {
    super(code);
    this.status = status;
    this.headers = status === 401 ? { 'www-authenticate': `${scheme} error="${code}"${more}` } : {};
  }
}

const invalidToken = () => new Refusal(401, 'invalid_token');
const invalidProof = () => new Refusal(401, 'invalid_dpop_proof', { scheme: 'DPoP' });

/** Verifies access tokens of Munjigi: signature, claims, revocations and proofs of possession. */
export function createVerifier({ issuer, audience = issuer, apiKey, apiUrl, maxSilenceSeconds = 15 }) {
  const keys = publishedKeys(issuer);
  const revocations = followRevocations(issuer, apiKey, maxSilenceSeconds * 1000);
  const usedProofs = new Map();

  async function readClaims(token) {
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ typ: 'at+jwt', algorithms: ['ES256'], issuer, audience },
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        currentDate: new Date(revocations.now() * 1000),
      });
      return payload;
    } catch (error) {
      throw error instanceof errors.JOSEError ? invalidToken() : error;
    }
  }

  /** RFC 9449 section 4.3. */
  async function checkProof({ method, originalUrl, url, headers }, token, thumbprint) {
    const [path] = (originalUrl ?? url).split('?', 1);
    const now = revocations.now();
    let proof;
    try {
      proof = await jwtVerify(headers.dpop ?? '', EmbeddedJWK, {
        ...{ typ: 'dpop+jwt', algorithms: ['ES256', 'EdDSA'] },
        requiredClaims: ['jti', 'iat'],
        currentDate: new Date(now * 1000),
      });
    } catch {
      throw invalidProof();
    }
    const { htm, htu, ath, iat, jti } = proof.payload;
    for (const [old, until] of usedProofs) {
      if (until > now) break; // the oldest come first
      usedProofs.delete(old);
    }
    const isRight =
      (await calculateJwkThumbprint(proof.protectedHeader.jwk)) === thumbprint &&
      htm === method &&
      htu === apiUrl + path &&
      ath === createHash('sha256').update(token).digest('base64url') &&
      Math.abs(iat - now) <= PROOF_SECONDS &&
      !usedProofs.has(jti);
    if (!isRight) throw invalidProof();
    usedProofs.set(jti, now + 2 * PROOF_SECONDS);
  }

  return {
    /** Returns the claims, or throws a {@link Refusal}. */
    async verify(request) {
      const [, scheme, token] = /^(Bearer|DPoP) +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (token === undefined) throw invalidToken();
      const claims = await readClaims(token);
      if (!revocations.isCurrent()) throw new Refusal(503, 'revocations are unknown');
      const thumbprint = claims.cnf?.jkt;
      const hasDpopScheme = scheme.toLowerCase() === 'dpop';
      if (revocations.covers(claims) || (thumbprint !== undefined) !== hasDpopScheme) throw invalidToken();
      if (thumbprint !== undefined) await checkProof(request, token, thumbprint);
      return claims;
    },
    /** Asks for a new login (RFC 9470) where the last one is older. */
    checkRecent(claims, seconds) {
      if ((claims.auth_time ?? 0) < revocations.now() - seconds)
        throw new Refusal(401, 'insufficient_user_authentication', { more: `, max_age="${seconds}"` });
    },
  };
}

/** Finds published keys, for as long as their answer may be cached. */
function publishedKeys(issuer) {
  let loaded;
  let freshUntil = 0;
  let refetchAt = 0;

  async function fetchJson(url) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return { headers: answer.headers, body: await answer.json() };
  }

  async function load() {
    try {
      const { body: metadata } = await fetchJson(`${issuer}/.well-known/oauth-authorization-server`);
      if (metadata.issuer !== issuer) throw new Error('metadata of another issuer');
      const { headers, body } = await fetchJson(metadata.jwks_uri);
      const maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control'))?.[1] ?? 300);
      freshUntil = performance.now() + maxAge * 1000;
      return createLocalJWKSet(body);
    } catch (error) {
      throw new Refusal(503, `keys are unknown: ${error.message}`);
    }
  }

  /** Requests that come meanwhile share one fetch. */
  function fetchKeys() {
    const fetching = load();
    loaded = fetching;
    fetching.catch(() => {
      if (loaded === fetching) loaded = undefined;
    });
    return fetching;
  }

  return async (header, token) => {
    const isFresh = loaded !== undefined && performance.now() < freshUntil;
    const keys = await (isFresh ? loaded : fetchKeys());
    try {
      return await keys(header, token);
    } catch (error) {
      // Once in a while only: anyone can send unknown key ids.
      if (!(error instanceof errors.JWKSNoMatchingKey) || performance.now() < refetchAt) throw error;
      refetchAt = performance.now() + REFETCH_MS;
      return (await fetchKeys())(header, token);
    }
  };
}

/** Follows the stream of revocations, and the clock of the server. */
function followRevocations(issuer, apiKey, maxSilenceMs) {
  const entries = new Map();
  let heardAt = -Infinity;
  let clockOffset = 0;
  let lastId;
  let event = '';

  const now = () => Date.now() / 1000 + clockOffset;

  function read(line) {
    const colon = line.indexOf(':');
    const [field, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (field === 'id') lastId = value;
    if (field === 'event') event = value;
    if (field !== 'data') return;
    const { kind, id, before, until, serverTime } = JSON.parse(value);
    if (event === 'revocation')
      entries.set(`${kind} ${id}`, { before: Date.parse(before) / 1000, until: Date.parse(until) / 1000 });
    if (event !== 'heartbeat') return;
    // The first one follows the revocations that a new connection begins with.
    heardAt = performance.now();
    clockOffset = (Date.parse(serverTime) - Date.now()) / 1000;
    for (const [key, entry] of entries) if (entry.until <= now()) entries.delete(key);
  }

  async function follow() {
    const silence = new AbortController();
    const watch = setInterval(() => silence.abort(), maxSilenceMs); // a connection can die without a word
    try {
      const headers = { authorization: `Bearer ${apiKey}`, accept: 'text/event-stream' };
      if (lastId !== undefined) headers['last-event-id'] = lastId;
      const answer = await fetch(`${issuer}/api/integrations/revocations`, { headers, signal: silence.signal });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      let text = '';
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        watch.refresh();
        const lines = (text + chunk).split('\n');
        text = lines.pop();
        lines.forEach(read);
      }
      throw new Error('it ended');
    } finally {
      clearInterval(watch);
    }
  }

  void (async () => {
    for (;;) {
      await follow().catch((error) => console.error('The stream of revocations broke:', error.message));
      await pause(500);
    }
  })();

  return {
    now,
    isCurrent: () => performance.now() - heardAt <= maxSilenceMs,
    covers: ({ sid, sub, iat }) =>
      [entries.get(`session ${sid}`), entries.get(`member ${sub}`)].some((entry) => entry && iat <= entry.before),
  };
}
