import { expect } from '@jest/globals';
import { eventually } from './eventually.js';
import type { HttpAnswer } from './http-client.js';
import type { TestApp } from './test-app.js';

/** Expects a problem response with 401 and this code. */
export function expectRefusal(answer: HttpAnswer, code: string): void {
  expect(answer).toMatchObject({ status: 401, body: { code, status: 401 } });
  expect(answer.headers['content-type']).toContain('application/problem+json');
}

/** Waits until each process refuses an access token whose session has ended. */
export async function expectSessionEnded(accessToken: string, ...processes: TestApp[]): Promise<void> {
  for (const at of processes) {
    const refusal = await eventually('the access token is refused', async () => {
      const answer = await at.get('/api/members/me', accessToken);
      return answer.status === 200 ? undefined : answer;
    });
    expectRefusal(refusal, 'session_ended');
    const verdict = await eventually('the access token is inactive', async () => {
      const { body } = await at.post('/api/auth/verify', { token: accessToken }).expect(200);
      return body.active ? undefined : body;
    });
    expect(verdict).toEqual({ active: false, reason: 'revoked' });
  }
}
