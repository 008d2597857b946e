#!/usr/bin/env node
/* Entry point of the command `munjigi`. */
import './thread-pool.cjs';

void import('./cli.js');
