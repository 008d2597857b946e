// The limit of an answer out of one row: Fastify and pg, one prepared statement, nothing checked.
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import jsonwebtoken from 'jsonwebtoken';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const accessKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const refreshKey = createSecretKey(randomBytes(64));
const app = Fastify();

const ME = {
  name: 'me',
  text: `SELECT id, login_id AS "loginId", email, name, locale, role, created_at AS "createdAt" FROM members WHERE id = $1`,
};
app.get('/members/:id', async (request) => {
  const { rows } = await pool.query({ ...ME, values: [request.params.id] });
  return rows[0];
});

const ROTATE = {
  name: 'rotate',
  text: `UPDATE sessions SET generation = generation + 1, rotated_at = now(), idle_expires_at = now() + make_interval(secs => 1209600)
    WHERE id = $1 AND generation = $2 AND ended_at IS NULL AND idle_expires_at > now()
    RETURNING id, member_id AS "memberId", generation`,
};
app.post('/refresh', async (request, reply) => {
  const { sid, gen } = JSON.parse(Buffer.from(request.body.refreshToken.split('.')[1], 'base64url').toString());
  const { rows } = await pool.query({ ...ROTATE, values: [sid, gen] });
  if (rows.length === 0) return reply.status(401).send({ error: 'not current' });
  const [{ id, memberId: sub, generation }] = rows;
  return {
    accessToken: jsonwebtoken.sign({ sub, sid: id, role: 'member' }, accessKey, { algorithm: 'ES256', expiresIn: 600 }),
    refreshToken: jsonwebtoken.sign({ sub, sid: id, gen: generation }, refreshKey, {
      algorithm: 'HS512',
      expiresIn: 1_209_600,
    }),
  };
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
