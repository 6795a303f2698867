/** Builds the library that makes system calls fail; null where that is not possible. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '../engine/cliSupport.ts';

export type Call = 'write' | 'sync' | 'open';

export const ERRNO = { EINTR: 4, EIO: 5, ENOSPC: 28 };

export interface Fault {
  call: Call;
  errno: keyof typeof ERRNO;
  /** The first failing call, counted from 1. */
  at?: number;
  failing?: number;
  /** Or: fail while this file exists. */
  switchFile?: string;
}

function build(): string | null {
  if (process.platform !== 'linux') return null;
  const library = join(temporaryFolder('failing-calls'), 'failingCalls.so');
  const source = join(import.meta.dirname, 'failingCalls.c');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'], { stdio: 'ignore' });
    return library;
  } catch {
    return null;
  }
}

export const LIBRARY = build();

/** The environment in which a process meets the fault. */
export function environmentOf({ call, errno, at, failing = 1, switchFile }: Fault): Record<string, string> {
  return {
    LD_PRELOAD: LIBRARY!,
    FAULT_CALL: call,
    FAULT_ERRNO: String(ERRNO[errno]),
    FAULT_FOR: String(failing),
    ...(at === undefined ? {} : { FAULT_AT: String(at) }),
    ...(switchFile === undefined ? {} : { FAULT_SWITCH: switchFile }),
  };
}
