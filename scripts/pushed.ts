/**
 * Keeps the functions in a data folder as new as their sources: pushing them takes seconds, so a start on a folder that has
 * them already leaves it out. A file beside the data says which sources were pushed, and when; whoever pushed something else
 * meanwhile, or brought back older data, finds them pushed again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine/server/engine.ts';
import { convex, type Deployment } from './convexCli.ts';
import { hashOf } from './inputs.ts';

/** The engine's files too: what it makes of a push is part of what it keeps. */
const inputPatterns = ['convex/**/*', 'engine/**/*', 'package-lock.json', 'scripts/pushed.ts'];

export const hashOfFunctions = () => hashOf(inputPatterns, (name) => !name.includes('.test.'));

/** Pushes the functions of this version; refused as a whole when the data does not fit its schema. */
export function deploy(deployment: Deployment): Promise<string> {
  return convex(deployment, ['deploy', '--typecheck', 'disable', '--codegen', 'disable']);
}

/** Does so unless the folder holds them. */
export async function deployChanges(engine: Engine, deployment: Deployment, dataDir: string): Promise<void> {
  const sources = await hashOfFunctions();
  if (isPushed(engine, dataDir, sources)) return;
  await deploy(deployment);
  writeFileSync(join(dataDir, 'pushed'), stampOf(engine, sources));
}

/** Whether the last push to the engine on this folder was of these sources. */
export function isPushed(engine: Engine, dataDir: string, sources: string): boolean {
  const file = join(dataDir, 'pushed');
  return existsSync(file) && readFileSync(file, 'utf8') === stampOf(engine, sources);
}

/** A push of anybody's changes it; an engine on other addresses, or with other variables, does not. */
const stampOf = (engine: Engine, sources: string) =>
  `${sources} ${engine.backend.push.generation().createdAtMs}\n`;
