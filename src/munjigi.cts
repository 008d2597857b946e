#!/usr/bin/env node
/* The command `munjigi`. */
import './thread-pool.cjs';

void import('./cli.js');
