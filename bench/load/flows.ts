import { randomBytes } from 'node:crypto';
import { BENCH_PASSWORD, deviceToken, memberNamed } from '../members.js';
import type { LoadAnswer, LoadConnection } from './connection.js';
import type { Job } from './job.js';
import { proveBy } from './proofs.js';
import type { FakeSmtpServer } from './fake-smtp-server.js';

/** One run of a flow on a connection. Rejects when a response is not the expected one. */
export type Step = (connection: LoadConnection) => Promise<void>;
/** Makes the step that connection number `index` repeats. */
type Flow = (job: Job, index: number, smtpServer: FakeSmtpServer) => Step;

/**
 * Parses the body of a response.
 * @throws Error if the response has another status
 */
function bodyOf(answer: LoadAnswer, status: number): any {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.body.slice(0, 120)}`);
  return answer.body === '' ? undefined : JSON.parse(answer.body);
}

/**
 * Returns a function that gives the number of the next member. The connections take the members in
 * turn, so that two of them rarely use one member at the same moment. Flows with tokens use it to
 * choose a token.
 */
function memberTurns(job: Job, index: number): () => number {
  const { firstMember = 1, members = 1000, connections, stride = 1 } = job;
  let turn = index;
  return () => {
    const member = firstMember + ((turn * stride) % members);
    turn += connections;
    return member;
  };
}

const FLOWS = {
  /** GET with an access token. If the job has no tokens, the request has none: for public routes and bare servers. */
  get: (job, index) => {
    const turn = memberTurns({ ...job, firstMember: 0, members: job.tokens?.length ?? 1 }, index);
    return async (connection) => {
      bodyOf(await connection.ask({ method: 'GET', path: job.path!, token: job.tokens?.[turn()] }), 200);
    };
  },

  /** GET with an access token that is bound to a key. */
  boundGet: (job, index) => {
    const turn = memberTurns({ ...job, firstMember: 0, members: job.tokens!.length }, index);
    const prove = proveBy(job.proofKey!);
    return async (connection) => {
      const token = job.tokens![turn()];
      const proof = prove('GET', job.path!, token);
      bodyOf(await connection.ask({ method: 'GET', path: job.path!, token, proof }), 200);
    };
  },

  /** POST /auth/verify of a valid access token. */
  verify: (job, index) => {
    const turn = memberTurns({ ...job, firstMember: 0, members: job.tokens!.length }, index);
    return async (connection) => {
      const body = { token: job.tokens![turn()] };
      if (bodyOf(await connection.ask({ method: 'POST', path: job.path!, body }), 200).active !== true)
        throw new Error('not active');
    };
  },

  /** A login on a known device. */
  login: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const member = turn();
      const { loginId } = memberNamed(member);
      const body = { identifier: loginId, password: BENCH_PASSWORD, deviceToken: deviceToken(member) };
      bodyOf(await connection.ask({ method: 'POST', path: job.path ?? '/api/auth/login', body }), 200);
    };
  },

  /** The same by address, on an unknown device. */
  loginByAddress: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const body = { identifier: memberNamed(turn()).email, password: BENCH_PASSWORD };
      bodyOf(await connection.ask({ method: 'POST', path: '/api/auth/login', body }), 200);
    };
  },

  /** The availability of a login ID: a lookup and little else. */
  checkLoginId: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const body = { loginId: memberNamed(turn()).loginId };
      bodyOf(await connection.ask({ method: 'POST', path: '/api/auth/login-id/check', body }), 200);
    };
  },

  /** An administrator searches members by the beginning of a login ID; ten match. */
  search: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const path = `/api/admin/members?query=${memberNamed(turn()).loginId.slice(0, -1)}`;
      const { items } = bodyOf(await connection.ask({ method: 'GET', path, token: job.tokens![0] }), 200);
      if (items.length === 0) throw new Error('no member found');
    };
  },

  /** A session refreshes with the token of its previous refresh. */
  refresh: (job, index) => {
    const mine = job.tokens!.filter((_, at) => at % job.connections === index);
    let turn = 0;
    return async (connection) => {
      const at = turn++ % mine.length;
      const body = { refreshToken: mine[at] };
      mine[at] = bodyOf(await connection.ask({ method: 'POST', path: job.path!, body }), 200).refreshToken;
    };
  },

  /** The same in a session that is bound to a key. */
  boundRefresh: (job, index) => {
    const mine = job.tokens!.filter((_, at) => at % job.connections === index);
    const prove = proveBy(job.proofKey!);
    let turn = 0;
    return async (connection) => {
      const at = turn++ % mine.length;
      const body = { refreshToken: mine[at] };
      const proof = prove('POST', job.path!);
      mine[at] = bodyOf(await connection.ask({ method: 'POST', path: job.path!, body, proof }), 200).refreshToken;
    };
  },

  /** Only the request of a code for a new password. The code is not used. */
  sendCode: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const body = { email: memberNamed(turn()).email };
      bodyOf(await connection.ask({ method: 'POST', path: '/api/auth/password-reset/send-code', body }), 202);
    };
  },

  /** Sign-up, mailed code, first session. */
  signUp: (_job, _index, smtpServer) => async (connection) => {
    const name = randomBytes(8).toString('hex');
    const email = `${name}@bench.example`;
    const body = { loginId: `b${name}`, email, password: freshPassword() };
    const mailed = smtpServer.next(email);
    const { signUpId } = bodyOf(await connection.ask({ method: 'POST', path: '/api/auth/sign-up', body }), 202);
    const confirmation = { signUpId, code: await mailed };
    bodyOf(await connection.ask({ method: 'POST', path: '/api/auth/sign-up/confirm-code', body: confirmation }), 200);
  },

  /** Only the request of a sign-up. Its mail is sent later. */
  requestSignUp: (job) => async (connection) => {
    const name = randomBytes(8).toString('hex');
    const body = { loginId: `b${name}`, email: `${name}@bench.example`, password: freshPassword() };
    bodyOf(await connection.ask({ method: 'POST', path: job.path ?? '/api/auth/sign-up', body }), 202);
  },

  /** Reset request, mailed code, new password. */
  reset: (job, index, smtpServer) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const post = (path: string, body: unknown) =>
        connection.ask({ method: 'POST', path: `/api/auth/password-reset${path}`, body });
      const { email } = memberNamed(turn());
      const mailed = smtpServer.next(email);
      const { requestId } = bodyOf(await post('/send-code', { email }), 202);
      const { resetToken } = bodyOf(await post('/confirm-code', { requestId, code: await mailed }), 200);
      bodyOf(await post('', { resetToken, newPassword: freshPassword() }), 204);
    };
  },

  /** The same at the bare server: it mails nothing, so its response holds the code. */
  bareReset: (job, index) => {
    const turn = memberTurns(job, index);
    return async (connection) => {
      const { email } = memberNamed(turn());
      const { code } = bodyOf(await connection.ask({ method: 'POST', path: `${job.path!}/ask`, body: { email } }), 202);
      const body = { email, code, newPassword: freshPassword() };
      bodyOf(await connection.ask({ method: 'POST', path: job.path!, body }), 204);
    };
  },
} satisfies Record<string, Flow>;

export type FlowName = keyof typeof FLOWS;

export const flowOf = (name: FlowName): Flow => FLOWS[name];

/** A realistic pass phrase, different each time. */
function freshPassword(): string {
  const word = [...randomBytes(7)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${word} giraffe 27`;
}
