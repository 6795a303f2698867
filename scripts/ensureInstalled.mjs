// Installs what is missing before any other script runs. Plain JavaScript: it may be started by a Node that is older
// than the one the project pins, because that one comes with the install.
//
// npm notes in node_modules what it installed, as the last thing it does: an interrupted `npm ci` leaves no note. So whoever
// installed, and however, the packages are there if the note and they themselves agree with the lockfile (the note alone
// does not do: npm also writes it when it is to write the lockfile only).
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROGRESS_MS = 5_000;
/** Packages for tests alone may be left out (`npm ci --omit=dev`) by who runs none. */
const isForTests = (process.env.npm_lifecycle_event ?? '').startsWith('pretest');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Baton needs Node 20.19 or newer to install itself; this is ${process.versions.node}.`);
  process.exit(1);
}

const locked = packagesIn('package-lock.json');
// What is optional depends on the platform.
const packages = Object.keys(locked).filter((path) => path !== '' && !locked[path].optional);
const needed = packages.filter((path) => isForTests || !(locked[path].dev || locked[path].devOptional));
if (!isInstalled()) {
  await install();
  if (!isInstalled()) {
    console.error('npm left out packages or their scripts, as its settings say. Baton needs both:');
    console.error('  npm ci --include=dev --ignore-scripts=false');
    process.exit(1);
  }
}

function isInstalled() {
  let noted;
  try {
    noted = packagesIn('node_modules/.package-lock.json');
  } catch {
    return false;
  }
  const isCurrent = (path) =>
    noted[path].version === locked[path]?.version && noted[path].integrity === locked[path].integrity;
  return (
    needed.every((path) => path in noted && isAsLocked(path)) &&
    Object.keys(noted).every((path) => !(path in locked) || isCurrent(path)) &&
    hasRuntime()
  );
}

function packagesIn(file) {
  return JSON.parse(readFileSync(root + file, 'utf8')).packages;
}

function isOnDisk(path) {
  return existsSync(`${root}${path}/package.json`);
}

/** A package that is linked has no version in the lockfile: any will do. */
function isAsLocked(path) {
  if (!isOnDisk(path)) return false;
  const { version } = JSON.parse(readFileSync(`${root}${path}/package.json`, 'utf8'));
  return locked[path].link || version === locked[path].version;
}

/** The pinned Node comes by a script of its package. */
function hasRuntime() {
  const pinned = locked['node_modules/node'];
  if (pinned === undefined || major >= Number(pinned.version.split('.')[0])) return true;
  return ['node', 'node.exe'].some((name) => existsSync(`${root}node_modules/node/bin/${name}`));
}

/** npm empties the folder before it fills it: behind a link that would be somebody else's. */
function refuseLink() {
  if (!lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  console.error(
    'node_modules is a link, and what it leads to is not what this version needs. Remove the link first.',
  );
  process.exit(1);
}

/** Tells how far it is: a cold install takes a minute or two, and npm itself says nothing until the end. */
async function install() {
  refuseLink();
  console.log('Installing what is missing (once)…');
  const startedAt = Date.now();
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    console.log(`  ${packages.filter(isOnDisk).length} of ${packages.length} packages, ${seconds} s`);
  }, PROGRESS_MS);
  const flags = ['--loglevel=error', '--no-progress', '--no-audit', '--no-fund'];
  if (isForTests) flags.push('--include=dev');
  const npm = spawn('npm', ['ci', ...flags], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const code = await new Promise((resolve) => {
    npm.on('error', () => resolve(1));
    npm.on('close', (status) => resolve(status ?? 1));
  });
  clearInterval(progress);
  if (code === 0) return;
  console.error('The install did not finish. Check the network and run the same command again.');
  process.exit(code);
}
