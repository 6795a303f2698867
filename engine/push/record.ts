/**
 * How a generation is written down: what a definition declares is kept by hash, as modules are, and the record names the
 * hashes. Instances of one definition share it, and so do the pushes (and code generations) that left it as it was, so a
 * record is small whatever the app uses. Before layout 3 a record held a copy for each instance; those are read as they are.
 */
import { createHash } from 'node:crypto';
import type { ComponentInfo } from '../functions/code/generation.ts';
import { CorruptionError } from '../storage/errors.ts';
import type { Generations } from '../storage/generations.ts';
import type { StoredDefinition, StoredGeneration } from './generation.ts';

const KIND = 'definition';

interface WrittenGeneration extends Omit<StoredGeneration, 'components'> {
  components: { info: ComponentInfo; definitionPath: string }[];
  /** Definition path → hash of what it declares. */
  definitions: Record<string, string>;
}

/** Stores a generation that is not active yet; its id. */
export function saveGeneration(generations: Generations, stored: StoredGeneration): number {
  const definitions: Record<string, string> = {};
  const components = stored.components.map(({ info, definitionPath, ...declared }) => {
    definitions[definitionPath] ??= putDefinition(generations, declared);
    return { info, definitionPath };
  });
  const written: WrittenGeneration = { ...stored, components, definitions };
  return generations.save(JSON.stringify(written));
}

/** The generation that a record holds. */
export function parseGeneration(generations: Generations, json: string): StoredGeneration {
  const written = JSON.parse(json) as WrittenGeneration | StoredGeneration;
  if (!('definitions' in written)) return written;
  const { definitions, components, ...rest } = written;
  const declared = new Map(
    Object.entries(definitions).map(([path, sha256]) => [path, getDefinition(generations, sha256)]),
  );
  return {
    ...rest,
    components: components.map(({ info, definitionPath }) => ({
      info,
      definitionPath,
      ...declared.get(definitionPath)!,
    })),
  };
}

/** The hashes of everything that the records which are kept need. */
export function usedHashes(generations: Generations): Set<string> {
  const used = new Set<string>();
  const addModules = ({ modules }: StoredDefinition): void =>
    modules.forEach(({ sha256 }) => used.add(sha256));
  for (const { json } of generations.list()) {
    const written = JSON.parse(json) as WrittenGeneration | StoredGeneration;
    if (!('definitions' in written)) {
      written.components.forEach(addModules);
      continue;
    }
    for (const sha256 of Object.values(written.definitions)) {
      if (used.has(sha256)) continue;
      used.add(sha256);
      addModules(getDefinition(generations, sha256));
    }
  }
  return used;
}

function putDefinition(generations: Generations, declared: StoredDefinition): string {
  const source = JSON.stringify(declared);
  const sha256 = createHash('sha256').update(source).digest('hex');
  if (!generations.hasModule(sha256, KIND))
    generations.putModule({ sha256, kind: KIND, source, sourceMap: null, code: null });
  return sha256;
}

function getDefinition(generations: Generations, sha256: string): StoredDefinition {
  const record = generations.getModule(sha256, KIND);
  if (record === null) throw new CorruptionError('the record of a deployment');
  return JSON.parse(record.source) as StoredDefinition;
}
