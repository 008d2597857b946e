import express from 'express';
import { createVerifier, Refusal } from './munjigi.js';

const { ISSUER, AUDIENCE = ISSUER, API_KEY, API_URL, MAX_SILENCE_SECONDS = '15', PORT = '8000' } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  apiKey: API_KEY,
  apiUrl: API_URL,
  maxSilenceSeconds: Number(MAX_SILENCE_SECONDS),
});

const app = express();
app.use(async (request, response, next) => {
  request.member = await verifier.verify(request);
  next();
});
app.get('/me', ({ member }, response) => response.json(member));
app.get('/payments', ({ member }, response) => {
  verifier.checkRecent(member, 300);
  response.json({ payments: [] });
});
app.use((error, request, response, next) => {
  if (!(error instanceof Refusal)) return next(error);
  response.status(error.status).set(error.headers).end();
});
app.listen(Number(PORT), '127.0.0.1');
