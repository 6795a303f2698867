/** Deploys the fixture app once; every run starts from a copy of that data folder. */
import type { TestProject } from 'vitest/node';
import { convex, copyApp, removeFolder, startEngineProcess, temporaryFolder } from '../engine/cliSupport.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    deployedDir: string;
  }
}

export default async function deploy(project: TestProject): Promise<() => void> {
  const dir = temporaryFolder('faults-deployed');
  const app = copyApp('faults');
  const engine = await startEngineProcess(dir);
  const { code, stderr } = await convex(engine, app, ['deploy', '-y', '--typecheck', 'disable']);
  await engine.stop();
  removeFolder(app);
  if (code !== 0) throw new Error(`The fixture app could not be deployed:\n${stderr}${engine.output()}`);
  project.provide('deployedDir', dir);
  return () => removeFolder(dir);
}
