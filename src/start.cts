/* Entry point of the server, for `npm run start:prod` and the container image. */
import './node-version.cjs';
import './thread-pool.cjs';

void import('./main.js');
