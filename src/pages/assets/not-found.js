// @ts-check

/** The page that is shown at an unknown address. */

import { show } from './page.js';

show('ready');
