// Installs what is missing before any other script runs. Plain JavaScript: it may be started by a Node that is older
// than the one the project pins, because that one comes with the install.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.baton-lock`;
const stamp = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Baton needs Node 20.19 or newer to install itself; this is ${process.versions.node}.`);
  process.exit(1);
}

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8').trim() !== stamp) {
  // The stamp is written last: an interrupted install would otherwise run silently on the system's older Node.
  rmSync(stampFile, { force: true });
  console.log('Installing what is missing (once)…');
  const install = spawnSync('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error('The install did not finish. Check the network and run the same command again.');
    process.exit(install.status ?? 1);
  }
  writeFileSync(stampFile, `${stamp}\n`);
}
