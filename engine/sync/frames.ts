/**
 * Server → client frames (§1.3). Query results and return values arrive here as JSON text and are spliced in, never
 * parsed or stringified again; large ones arrive as bytes and are copied.
 */
import type { FunctionResult } from '../functions/failure.ts';
import { errorDataMember, type QueryOutcome } from '../subscriptions/queryOutcome.ts';
import { encodeTs } from './protocol.ts';

export interface Version {
  querySet: number;
  identity: number;
  ts: bigint;
}

/** A result for one query id; null says the query was removed. */
export type Modification = { queryId: number; outcome: QueryOutcome | null };

export const PING = '{"type":"Ping"}';

export function transitionFrame(
  start: Version,
  end: Version,
  modifications: readonly Modification[],
  clientClockSkew: number | null,
): string | Buffer {
  const parts: (string | Buffer)[] = [
    `{"type":"Transition","startVersion":${version(start)},"endVersion":${version(end)},"modifications":[`,
  ];
  modifications.forEach(({ queryId, outcome }, at) => {
    if (at > 0) parts.push(',');
    if (outcome) parts.push(outcome.fragment, `${queryId}}`);
    else parts.push(`{"type":"QueryRemoved","queryId":${queryId}}`);
  });
  const skew = clientClockSkew === null ? '' : `"clientClockSkew":${clientClockSkew},`;
  parts.push(`],${skew}"serverTs":${Date.now()}000000}`);
  return assemble(parts);
}

export function mutationResponse(
  requestId: number,
  result: FunctionResult,
  logLines: string[],
  ts: bigint,
): string {
  const success = `"ts":${JSON.stringify(encodeTs(ts))}`;
  return response('MutationResponse', requestId, result, logLines, result.ok ? success : '"ts":null');
}

export function actionResponse(requestId: number, result: FunctionResult, logLines: string[]): string {
  return response('ActionResponse', requestId, result, logLines, null);
}

export function authError(error: string, baseVersion: number, authUpdateAttempted: boolean): string {
  return JSON.stringify({ type: 'AuthError', error, baseVersion, authUpdateAttempted });
}

export function fatalError(error: string): string {
  return JSON.stringify({ type: 'FatalError', error });
}

function response(
  type: string,
  requestId: number,
  result: FunctionResult,
  logLines: string[],
  ts: string | null,
): string {
  const value = result.ok ? result.value : JSON.stringify(result.errorMessage);
  const data = result.ok ? '' : errorDataMember(result);
  const stamp = ts === null ? '' : `${ts},`;
  return `{"type":"${type}","requestId":${requestId},"success":${result.ok},"result":${value},${stamp}${data}"logLines":${JSON.stringify(logLines)}}`;
}

function version({ querySet, identity, ts }: Version): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}

function assemble(parts: (string | Buffer)[]): string | Buffer {
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
