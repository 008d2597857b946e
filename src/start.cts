/* The server as the environment describes it: `npm run start:prod`, and what the image runs. */
import './thread-pool.cjs';

void import('./main.js');
