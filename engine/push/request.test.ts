import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../values/value.ts';
import { parsePushRequest } from './request.ts';

function bodyWith(environment: string): JsonObject {
  const module = { path: 'lib.js', source: '', environment };
  return {
    appDefinition: { changedModules: [], unchangedModuleHashes: [] },
    componentDefinitions: [
      {
        definitionPath: 'drawer',
        definition: { ...module, environment: 'isolate' },
        dependencies: [],
        functions: [module],
      },
    ],
  };
}

describe('push requests', () => {
  // The CLI refuses it too, so no push of its own gets here.
  test('[engine C9] a component with a "use node" module is refused', () => {
    expect(parsePushRequest(bodyWith('isolate')).components).toHaveLength(1);
    expect(() => parsePushRequest(bodyWith('node'))).toThrow(
      'lib.js of component drawer has "use node", which components cannot have.',
    );
  });
});
