/** Runs the official `convex` CLI against a running engine. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './settings.ts';

export interface Deployment {
  url: string;
  adminKey: string;
}

/** The environment that points the CLI at one self-hosted deployment and keeps it offline and quiet. */
export function cliEnvironment(deployment: Deployment): NodeJS.ProcessEnv {
  const { CONVEX_DEPLOYMENT: _name, CONVEX_DEPLOY_KEY: _key, ...rest } = process.env;
  return {
    ...rest,
    CI: '1',
    CONVEX_SELF_HOSTED_URL: deployment.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: deployment.adminKey,
  };
}

/** Resolves with what the CLI answered; rejects with all it said when the exit code is not 0. */
export function convex(
  deployment: Deployment,
  args: string[],
  options: { cwd?: string; input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/convex/bin/main.js'), ...args], {
      cwd: options.cwd ?? root,
      env: cliEnvironment(deployment),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(options.input ?? '');
    let answer = '';
    let output = '';
    child.stdout.on('data', (chunk) => (answer += chunk));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(answer);
      else reject(new Error(`convex ${args.join(' ')} failed (exit ${code}):\n${output.trim()}`));
    });
  });
}
