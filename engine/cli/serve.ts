/** Serves until the process is told to stop. */
import { existsSync } from 'node:fs';
import { createLogger, type LogFormat, type Logger } from '../logs/logger.ts';
import { startEngine, type Engine } from '../server/engine.ts';
import type { EngineOptions } from '../server/setting.ts';
import { StartError } from '../server/startError.ts';
import { sentenceOf } from './sentence.ts';

export async function serve(options: EngineOptions, format: LogFormat): Promise<void> {
  const log = createLogger({ format });
  try {
    if (options.staticDir !== undefined && !existsSync(options.staticDir))
      throw new StartError(
        `There is no folder ${options.staticDir} to serve: name one that exists with --static.`,
      );
    const engine = await startEngine({ ...options, log, onFatal: (error) => end(log, fatal(error)) });
    stopOnSignals(engine, log);
    const { url, siteUrl } = engine;
    log.info('ready', `Ready: ${url} (HTTP actions: ${siteUrl})`, { url, siteUrl, pid: process.pid });
  } catch (error) {
    end(log, sentenceOf(error));
  }
}

function stopOnSignals(engine: Engine, log: Logger): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      engine.stop().then(
        () => process.exit(0),
        (error: unknown) => end(log, sentenceOf(error)),
      );
    });
  }
}

function fatal(error: Error): string {
  return `The engine stops because its data can no longer be written safely: ${error.message}`;
}

function end(log: Logger, sentence: string): void {
  log.error('stopped', sentence);
  process.exit(1);
}
