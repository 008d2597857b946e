/* Entry point of the server, for `npm run start:prod` and the container image. */
import './thread-pool.cjs';

void import('./main.js');
