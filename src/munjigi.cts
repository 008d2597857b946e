#!/usr/bin/env node
/* Entry point of the command `munjigi`. */
import './node-version.cjs';
import './thread-pool.cjs';

void import('./cli.js');
