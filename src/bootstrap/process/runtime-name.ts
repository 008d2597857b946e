/**
 * Sets `navigator.userAgent` where Node.js is older than 21, which introduced it. pg recognises the
 * runtime by it. Without it, pg makes a `Response`, which loads all of `fetch`: 4 MiB, and 0.06 s of
 * a start.
 */
const runtime = globalThis as { navigator?: { readonly userAgent: string } };
runtime.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
