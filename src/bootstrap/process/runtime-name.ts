/**
 * Names the runtime as Node.js 21 and newer do. Without the name, pg asks `Response`, whose first use
 * loads all of `fetch`: 4 MiB, and 0.06 s of a start.
 */
const runtime = globalThis as { navigator?: { readonly userAgent: string } };
runtime.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
