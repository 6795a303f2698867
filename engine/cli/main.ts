/** `npm run engine`: serves until SIGTERM or SIGINT, or runs one of the commands that look after a data folder. */

/** Resolves when the engine is ready or the command done; ends the process with one sentence when it cannot be. */
export async function main(argv: string[]): Promise<void> {
  const { HELP, parseCommandLine } = await import('./options.ts');
  try {
    const line = parseCommandLine(argv);
    switch (line.command) {
      case 'help':
        return void process.stdout.write(HELP);
      case 'serve': {
        const { serve } = await import('./serve.ts');
        return await serve(line.options, line.log);
      }
      default: {
        const { runCommand } = await import('./commands.ts');
        process.exitCode = await runCommand(line, (text) => void process.stdout.write(`${text}\n`));
      }
    }
  } catch (error) {
    const { sentenceOf } = await import('./sentence.ts');
    fail(sentenceOf(error));
  }
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
