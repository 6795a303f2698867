/**
 * What activating a push does to the data of each component: schema, indexes and crons, in the transaction of finish_push.
 */
import { applyCrons } from '../scheduler/crons.ts';
import { parseCronSpec, type CronSpec } from '../scheduler/cronSpec.ts';
import { activeSchema, applySchema } from '../transaction/schema.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { StoredComponent, StoredGeneration } from './generation.ts';
import type { ComponentChange } from './response.ts';

/** Mounts what is new and changes what was there. What is no longer used keeps its data and stops its crons. */
export function changeComponents(
  tx: Transaction,
  previous: StoredGeneration | null,
  next: StoredGeneration,
): Map<string, ComponentChange> {
  const before = byPath(previous);
  const after = byPath(next);
  const changes = new Map<string, ComponentChange>();
  for (const path of new Set([...after.keys(), ...before.keys()])) {
    const component = after.get(path) ?? null;
    const hasData = path !== '' && (activeSchema(tx, path) !== null || tx.registry.tables(path).length > 0);
    if (component !== null) applySchema(tx, path, component.schema);
    const crons = applyCrons(tx, path, cronSpecs(component));
    changes.set(path, { before: before.get(path) ?? null, after: component, hasData, crons });
  }
  return changes;
}

function byPath(generation: StoredGeneration | null): Map<string, StoredComponent> {
  return new Map(generation?.components.map((component) => [component.info.path, component]) ?? []);
}

function cronSpecs(component: StoredComponent | null): Map<string, CronSpec> {
  const crons = Object.entries(component?.crons ?? {});
  return new Map(crons.map(([name, json]) => [name, parseCronSpec(name, json)]));
}
