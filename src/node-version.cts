/*
 * Stops on a Node.js that is too old, with a sentence in place of a stack trace. CommonJS and first
 * of all, because later files already use what old versions lack.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Munjigi needs Node.js 20.19 or newer, and this is ${process.version}. Install a newer Node.js.`);
  process.exit(1);
}

export {};
