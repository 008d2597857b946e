import { expect } from '@jest/globals';
import { eventually } from './eventually.js';
import type { HttpAnswer } from './http-client.js';
import type { TestApp } from './test-app.js';

/** A problem answer that says 401 and this code. */
export function expectRefusal(answer: HttpAnswer, code: string): void {
  expect(answer).toMatchObject({ status: 401, body: { code, status: 401 } });
  expect(answer.headers['content-type']).toContain('application/problem+json');
}

/** An access token whose session is over: refused by each process as soon as the news has got there. */
export async function expectDead(accessToken: string, ...processes: TestApp[]): Promise<void> {
  for (const at of processes) {
    const refusal = await eventually('the access token is refused', async () => {
      const answer = await at.get('/api/members/me', accessToken);
      return answer.status === 200 ? undefined : answer;
    });
    expectRefusal(refusal, 'session_ended');
    const { body } = await at.post('/api/auth/verify', { token: accessToken }).expect(200);
    expect(body).toEqual({ active: false, reason: 'revoked' });
  }
}
