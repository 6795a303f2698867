/** `npm run engine`: starts the engine from the command line and stops it on SIGTERM and SIGINT. */
import { pathToFileURL } from 'node:url';

/** Resolves when the engine is ready; ends the process with one sentence when it cannot be. */
export async function main(argv: string[]): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    return fail(
      `The engine needs Node 24 or newer; this is Node ${process.versions.node}. Run it with "npm run engine".`,
    );
  }
  const { HELP, parseOptions, UsageError } = await import('./options.ts');
  try {
    const options = parseOptions(argv);
    if (options === null) return void process.stdout.write(HELP);
    const { startEngine } = await import('../server/engine.ts');
    const engine = await startEngine({
      ...options,
      onFatal: (error) =>
        fail(`The engine stops because its data can no longer be written safely: ${error.message}`),
    });
    stopOnSignals(() => engine.stop());
    console.log(`Ready: ${engine.url} (HTTP actions: ${engine.siteUrl})`);
  } catch (error) {
    if (error instanceof UsageError) return fail(error.message, 2);
    // Refusals of the data folder, of ports and of settings are sentences for the operator; a bug shows its stack.
    const expected = error instanceof Error && ['OpenError', 'StartError'].includes(error.name);
    fail(expected ? (error as Error).message : String((error as Error)?.stack ?? error));
  }
}

function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => fail(String(error)),
      );
    });
  }
}

function fail(sentence: string, code = 1): void {
  console.error(sentence);
  process.exit(code);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));
