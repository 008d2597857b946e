import express from 'express';
import { createVerifier } from 'munjigi-verifier';
import { requireMember, requireRecentLogin } from 'munjigi-verifier/express';

const { ISSUER, AUDIENCE, API_KEY, API_URL, MAX_SILENCE_SECONDS = '15', PORT = '8000' } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  apiKey: API_KEY,
  apiUrl: API_URL,
  maxSilenceSeconds: Number(MAX_SILENCE_SECONDS),
});

const app = express();
app.use(requireMember(verifier));
app.get('/me', ({ member }, response) => response.json(member));
app.get('/payments', requireRecentLogin(300), (request, response) => response.json({ payments: [] }));
app.listen(Number(PORT), '127.0.0.1');
