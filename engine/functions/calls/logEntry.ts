/** One execution as `convex logs` shows it (§10.5). */
import { randomUUID } from 'node:crypto';
import type { LogEntry } from '../../logs/ring.ts';
import type { LogLine } from './logLines.ts';

export interface Executed {
  udfType: LogEntry['udfType'];
  identifier: string;
  component: string;
  requestId: string;
  /** `performance.now()` at the start. */
  started: number;
  logLines: LogLine[];
  error: string | null;
}

export function logEntry(executed: Executed, nowMs: number): LogEntry {
  const { udfType, identifier, component, requestId, started, logLines, error } = executed;
  return {
    kind: 'Completion',
    udfType,
    identifier: identifier.replace(/\.js(?=:|$)/, ''),
    componentPath: component === '' ? null : component,
    logLines,
    timestamp: nowMs / 1000,
    cachedResult: false,
    executionTime: (performance.now() - started) / 1000,
    success: error === null ? {} : null,
    error,
    requestId,
    executionId: randomUUID(),
    usageStats: {},
  };
}
