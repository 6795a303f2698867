/**
 * `npm run deploy`: sends `convex/` to Convex Cloud or a self-hosted Convex, for a team that has outgrown one machine.
 * Which deployment is the convex CLI's own business (CONVEX_DEPLOY_KEY, or CONVEX_SELF_HOSTED_URL and
 * CONVEX_SELF_HOSTED_ADMIN_KEY, or `npx convex login`); this adds the keys the desk needs, made once, the migrations of
 * data of before, and the app.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeAuthKeys, makeSealingKey } from './authKeys.ts';
import { buildApp, distDir } from './build.ts';
import { readCommandLine } from './commandLine.ts';
import { root } from './settings.ts';

readCommandLine(`
Sends the desk to Convex Cloud or to a Convex of your own, makes the keys it needs once, and brings data of before up to date.

Usage: npm run deploy

It takes no options. Which deployment it is, the Convex CLI knows by one of these ("npx convex deploy --help"):

  CONVEX_DEPLOY_KEY                                            a deployment of Convex Cloud
  CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY      one of your own
`);

function convex(args: string[], input?: string) {
  return spawnSync(process.execPath, [join(root, 'node_modules/convex/bin/main.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    stdio: input === undefined ? ['inherit', 'pipe', 'inherit'] : ['pipe', 'pipe', 'inherit'],
  });
}

const listed = convex(['env', 'list']);
if (listed.status !== 0) {
  console.error(
    'No deployment answered. Name one as `npx convex deploy --help` describes, then run this again.',
  );
  process.exit(1);
}
const names = new Set(listed.stdout.split('\n').map((line) => line.split('=')[0]));
const missing: Record<string, string> = {};
if (!names.has('JWT_PRIVATE_KEY') || !names.has('CUSTOMER_JWT_PRIVATE_KEY'))
  Object.assign(missing, makeAuthKeys());
if (!names.has('SEALING_KEY')) missing.SEALING_KEY = makeSealingKey();
// Whoever finds it first must not be able to set it up (R1).
const setupToken = names.has('SETUP_TOKEN') ? null : randomBytes(18).toString('base64url');
if (setupToken) missing.SETUP_TOKEN = setupToken;
for (const [name, value] of Object.entries(missing)) {
  // The value goes in on standard input: arguments can be read by every process on the machine.
  if (convex(['env', 'set', name], value).status !== 0) process.exit(1);
}
const deployed = spawnSync(process.execPath, [join(root, 'node_modules/convex/bin/main.js'), 'deploy'], {
  cwd: root,
  stdio: 'inherit',
});
if (deployed.status !== 0) process.exit(deployed.status ?? 1);
const upgraded = convex(['run', 'migrations/run:upgrade']);
if (upgraded.status !== 0) {
  console.error('The functions are deployed, but data of before is not up to date. Run this again.');
  process.exit(1);
}
await buildApp({ log: console.log });
console.log(
  `Deployed. Serve ${distDir} from any static host, with a /config.json of {"url": …, "siteUrl": …}.`,
);
if (setupToken) console.log(`Set up: the address of that host, then /setup#token=${setupToken}`);
