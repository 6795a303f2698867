/**
 * The packages that "use node" modules import instead of carrying (`externalPackages` of convex.json).
 *
 * A push names them with their versions and sends nothing of them. They are taken from `node_modules` of the app's folder,
 * as far as the engine was told where that is; another version than the app was built with is none.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { HttpError } from '../values/errors.ts';

export interface ExternalPackage {
  name: string;
  version: string;
}

/** Throws HttpError 400 with a sentence for the developer when one is not there. */
export function checkPackages(wanted: readonly ExternalPackage[], folder: string): void {
  for (const { name, version } of wanted) {
    const found = installedVersion(name, folder);
    if (found === version) continue;
    const state = found === null ? 'is not installed' : `is installed as ${found}`;
    throw new HttpError(
      400,
      'ExternalPackageMissing',
      `The push needs the external package ${name} ${version}, which ${state} where this engine looks for packages. Install it there, start the engine with --packages and the folder of the app, or take it out of \`externalPackages\` in convex.json, so that it is bundled.`,
    );
  }
}

function installedVersion(name: string, folder: string): string | null {
  const paths = createRequire(resolve(folder, 'index.js')).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      const manifest = JSON.parse(readFileSync(join(path, name, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      return String(manifest.version);
    } catch {
      // Not here: Node looks further up, too.
    }
  }
  return null;
}
