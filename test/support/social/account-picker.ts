import type http from 'node:http';

/** Accounts to begin with; any other name is an account, too. */
const ACCOUNTS = ['ada', 'bora', 'chulsoo'];

/** Shows the accounts of a stand-in, for a person in a browser. */
export function accountPicker(provider: string): string {
  const buttons = ACCOUNTS.map((name) => `<button name="account" value="${name}">${name}</button>`).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stand-in for ${provider}</title>
<style>body { font: 17px/1.6 system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem }
form { display: grid; gap: .5rem } button, input { font: inherit; padding: .5rem 1rem }</style>
<h1>Stand-in for ${provider}</h1>
<p>For development on this machine only. Log in as:</p>
<form method="post">
${buttons}
</form>
<p>or as</p>
<form method="post">
<label>another account <input name="account" pattern="[a-z0-9._\\-]+" required></label>
<button>Log in</button>
</form>
<form method="post"><button name="account" value="">Cancel</button></form>
</html>`;
}

/** @returns the account that a person has chosen; empty if they have cancelled */
export async function chosenAccount(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString()).get('account') ?? '';
}
