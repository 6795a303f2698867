/** What a function is told about its deployment and about the request that called it. */
import type { JsonObject } from '../../values/value.ts';
import type { Caller } from './services.ts';

export function deploymentMetadata(config: { name?: string }): JsonObject {
  return { name: config.name ?? 'embedded', class: 's16' };
}

export function requestMetadata(caller: Caller): JsonObject {
  return {
    ip: caller.ip ?? null,
    userAgent: caller.userAgent ?? null,
    requestId: caller.requestId,
    scheduledFunctionId: caller.job?.id ?? null,
    authToken: caller.authToken ?? null,
  };
}
