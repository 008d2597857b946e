// An API of your own.
import express from 'express';
import { createVerifier, Refusal } from '../node/munjigi.js';

const { ISSUER, AUDIENCE, API_KEY, API_URL, MAX_SILENCE_SECONDS, PORT = '8000' } = process.env;
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  apiKey: API_KEY,
  apiUrl: API_URL,
  ...(MAX_SILENCE_SECONDS && { maxSilenceSeconds: Number(MAX_SILENCE_SECONDS) }),
});

/** Admits requests with a valid access token; `maxAge` also asks for a login of the last seconds. */
const member =
  ({ maxAge } = {}) =>
  async (request, response, next) => {
    request.claims = await verifier.verify(request);
    if (maxAge !== undefined) verifier.checkRecent(request.claims, maxAge);
    next();
  };

const whoAmI = ({ claims: { sub, role } }, response) => response.json({ sub, role });

const app = express();
app.get('/me', member(), whoAmI);
app.get('/payments', member({ maxAge: 300 }), whoAmI);
app.use((error, request, response, next) => {
  if (!(error instanceof Refusal)) return next(error);
  response.status(error.status).set(error.headers).json({ error: error.message });
});
app.listen(Number(PORT), '127.0.0.1');
