// @ts-check

/** The page at an address that has none. */

import { show } from './page.js';

show('ready');
