/*
  Answers the token hook: the plan becomes a claim, and members who are paused get no tokens.

  In a folder with a copy of this file. The receiver calls nothing, so it needs no API key.
    npm init -y && npm pkg set type=module && npm install express standardwebhooks
    export TOKEN_HOOK_SECRET=whsec_$(openssl rand -base64 32)
    PORT=8090 node receiver.js
  Then start Munjigi with the same secret:
    TOKEN_HOOK_URL=http://127.0.0.1:8090/token-hook TOKEN_HOOK_SECRET=whsec_… npm start
*/
import express from 'express';
import { Webhook } from 'standardwebhooks';

const { PORT, TOKEN_HOOK_SECRET } = process.env;
const webhook = new Webhook(TOKEN_HOOK_SECRET);

/** Your own table. Look members up by an index: each login and refresh waits for the answer. */
const members = new Map([
  ['0190c5f2-0000-7000-8000-000000000001', { plan: 'pro' }],
  ['0190c5f2-0000-7000-8000-000000000002', { plan: 'free', isPaused: true }],
]);

const DETAILS = { en: 'Your membership is paused.', ko: '이용이 일시 중지되었습니다.' };

const app = express();
app.post('/token-hook', express.raw({ type: 'application/json' }), (request, response) => {
  let question;
  try {
    // Without this check, any program could ask about your members.
    question = webhook.verify(request.body.toString(), request.headers);
  } catch {
    return response.sendStatus(401);
  }
  // A new member is not in your table yet.
  const member = members.get(question.memberId) ?? { plan: 'free' };
  if (member.isPaused)
    return response.json({ refuse: { code: 'membership_paused', detail: DETAILS[question.locale] } });
  response.json({ claims: { plan: member.plan } });
});
app.listen(PORT, '127.0.0.1', () => console.log('ready'));
