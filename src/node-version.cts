/*
 * Stops on a Node.js that is too old, with a sentence in place of a stack trace. CommonJS and first
 * of all, because later files already use what old versions lack. The versions are those of `engines`
 * in package.json.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

const isSupported =
  major > 24 || (major === 24 && minor >= 11) || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);

if (!isSupported) {
  console.error(
    `Munjigi needs Node.js 20.19, 22.13, 24.11 or newer, and this is ${process.version}. Install one of these.`,
  );
  process.exit(1);
}

export {};
