// Upper limit for requests that read or write a row: Fastify and pg with one prepared statement for
// each row, without request limits or audit.
import {
  createHash,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomInt,
  randomUUID,
  verify,
} from 'node:crypto';
import { availableParallelism } from 'node:os';
import Fastify from 'fastify';
import jsonwebtoken from 'jsonwebtoken';
import pg from 'pg';
import { argon2Library } from '../../dist/security/passwords/argon2-library.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const accessKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const refreshKey = createSecretKey(randomBytes(64));
const app = Fastify();

const ME = {
  name: 'me',
  text: `SELECT id, login_id AS "loginId", email, name, locale, role, created_at AS "createdAt" FROM members WHERE id = $1`,
};
app.get('/members/:id', readMember);
app.get('/bound/members/:id', { onRequest: requireProof }, readMember);
async function readMember(request) {
  const { rows } = await pool.query({ ...ME, values: [request.params.id] });
  return rows[0];
}

const ROTATE = {
  name: 'rotate',
  text: `UPDATE sessions SET generation = generation + 1, rotated_at = now(), idle_expires_at = now() + make_interval(secs => 1209600)
    WHERE id = $1 AND generation = $2 AND ended_at IS NULL AND idle_expires_at > now()
    RETURNING id, member_id AS "memberId", generation`,
};
app.post('/refresh', refresh);
app.post('/bound/refresh', { onRequest: requireProof }, refresh);
async function refresh(request, reply) {
  const { sid, gen } = JSON.parse(Buffer.from(request.body.refreshToken.split('.')[1], 'base64url').toString());
  const { rows } = await pool.query({ ...ROTATE, values: [sid, gen] });
  if (rows.length === 0) return reply.status(401).send({ error: 'not current' });
  return mint(rows[0]);
}

// Checks one ES256 signature and nothing else of RFC 9449. The key in the proof is parsed once and then kept.
const proofKeys = new Map();
async function requireProof(request, reply) {
  const [header, claims, signature] = request.headers.dpop.split('.');
  if (!proofKeys.has(header)) {
    const { jwk } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const thumbprint = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
    proofKeys.set(header, { key, thumbprint });
  }
  const { key } = proofKeys.get(header);
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
    return reply.status(401).send({ error: 'no proof' });
}

const FIND = { name: 'find', text: 'SELECT id, password_hash AS hash FROM members WHERE login_id = $1' };
const OPEN = {
  name: 'open',
  text: `INSERT INTO sessions (id, member_id, transport, user_agent, ip, idle_expires_at, absolute_expires_at)
    VALUES ($1, $2, 'body', $3, $4, now() + make_interval(secs => 1209600), now() + make_interval(secs => 7776000))
    RETURNING id, member_id AS "memberId", generation`,
};
const argon2 = await argon2Library();
app.post('/login', async (request, reply) => {
  const { identifier, password } = request.body;
  const [member] = (await pool.query({ ...FIND, values: [identifier] })).rows;
  if (!(await inTurn(() => argon2.verify(member.hash, password)))) return reply.status(401).send({ error: 'wrong' });
  const values = [randomUUID(), member.id, request.headers['user-agent'] ?? '', request.ip];
  return mint((await pool.query({ ...OPEN, values })).rows[0]);
});

const SIGN_UP = {
  name: 'sign-up',
  text: `INSERT INTO members (id, login_id, email, email_key, password_hash, name, locale) VALUES ($1, $2, $3, $3, $4, NULL, 'en')`,
};
app.post('/sign-up', async (request, reply) => {
  const { loginId, email, password } = request.body;
  await pool.query({ ...SIGN_UP, values: [randomUUID(), loginId, email, await inTurn(() => hash(password))] });
  return reply.status(202).send({});
});

// A reset is two updates. The first writes the code into the column `name`. The second checks and clears the code and
// sets the password.
const ASK = { name: 'ask', text: 'UPDATE members SET name = $2 WHERE email_key = $1' };
app.post('/reset/ask', async (request, reply) => {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await pool.query({ ...ASK, values: [request.body.email, code] });
  return reply.status(202).send({ code });
});
const SET = {
  name: 'set',
  text: 'UPDATE members SET password_hash = $3, name = NULL WHERE email_key = $1 AND name = $2',
};
app.post('/reset', async (request, reply) => {
  const { email, code, newPassword } = request.body;
  const { rowCount } = await pool.query({ ...SET, values: [email, code, await inTurn(() => hash(newPassword))] });
  return reply.status(rowCount === 1 ? 204 : 400).send();
});

// The cost that our server has by default.
function hash(password) {
  return argon2.hash(password, { memoryKib: 19_456, timeCost: 2, parallelism: 1 });
}

// One hash per core at a time, in order of arrival.
const waiting = [];
let free = availableParallelism();
async function inTurn(work) {
  if (free > 0) free -= 1;
  else await new Promise((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    if (waiting.length > 0) waiting.shift()();
    else free += 1;
  }
}

function mint({ id: sid, memberId: sub, generation: gen }) {
  const asAccess = { algorithm: 'ES256', expiresIn: 600 };
  const asRefresh = { algorithm: 'HS512', expiresIn: 1_209_600 };
  return {
    accessToken: jsonwebtoken.sign({ sub, sid, role: 'member' }, accessKey, asAccess),
    refreshToken: jsonwebtoken.sign({ sub, sid, gen }, refreshKey, asRefresh),
  };
}

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
