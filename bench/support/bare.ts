/** Starts bare servers, each in a process and with a data folder of its own. */
import { removeFolder, temporaryFolder } from '../../test/engine/cliSupport.ts';
import { startScript } from './child.ts';

export interface BareServer {
  port: number;
  url: string;
  pid: number;
  dispose(): Promise<void>;
}

/** `script` is the name of a file in bench/baselines. */
export async function startBare(script: string, argument: object = {}): Promise<BareServer> {
  const folder = temporaryFolder('bench-bare');
  const { said, pid, stop } = await startScript<{ port: number }>(`baselines/${script}.ts`, {
    folder,
    ...argument,
  });
  return {
    port: said.port,
    url: `http://127.0.0.1:${said.port}/`,
    pid,
    async dispose() {
      await stop();
      removeFolder(folder);
    },
  };
}
