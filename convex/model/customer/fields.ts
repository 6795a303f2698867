/**
 * Fields that a team keeps of its customers, and what stands in them, with who put it there and when. The only writer of
 * `customerFields` and `customerFieldValues`.
 *
 * A value is a row of its own: what one person fills in is run again only for who looks at that customer (docs/rules.md E5).
 *
 * Of customers who are one person (docs/rules.md M9) the team sees the fields as one: what was put there last. Each keeps its own, and
 * what is filled in stays with whose conversation is looked at, so that taking them apart gives back what each had. An agent, and so
 * the customer, knows its own alone.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  type FieldKind,
  type FieldValue,
  maxChoiceLength,
  maxChoices,
  maxFieldName,
  maxFields,
  readFieldValue,
} from '../../shared/customer/fields';
import { isLonger, isVisible } from '../../shared/kit/text';
import { allOf } from '../conversation/persons';
import { appError } from '../kit/errors';
import { cleanName } from '../kit/names';

type Reader = Pick<QueryCtx, 'db'>;
type Field = Doc<'customerFields'>;
type Value = Doc<'customerFieldValues'>;

/** Deleted in one transaction. */
const batch = 200;

/** In the order in which they are shown. */
export function listFields(ctx: Reader, teamId: Id<'teams'>): Promise<Field[]> {
  return ctx.db
    .query('customerFields')
    .withIndex('by_teamId_and_position', (q) => q.eq('teamId', teamId))
    .take(maxFields);
}

/** What stands in the fields of one customer; those that have been deleted are left out where they are shown. */
function listValues(ctx: Reader, customerId: Id<'customers'>): Promise<Value[]> {
  return ctx.db
    .query('customerFieldValues')
    .withIndex('by_customerId_and_fieldId', (q) => q.eq('customerId', customerId))
    .take(maxFields * 2);
}

function findValue(ctx: Reader, customerId: Id<'customers'>, fieldId: Id<'customerFields'>) {
  return ctx.db
    .query('customerFieldValues')
    .withIndex('by_customerId_and_fieldId', (q) => q.eq('customerId', customerId).eq('fieldId', fieldId))
    .unique();
}

export interface Shown extends Omit<Value, 'value'> {
  value: FieldValue;
  /** What else stands there of the same person, the newest first. */
  others: FieldValue[];
}

/** What the team sees of the person whom this customer is, or is a part of. */
export async function valuesOfPerson(ctx: Reader, customer: Doc<'customers'>): Promise<Shown[]> {
  const all = await allOf(ctx, customer);
  const kept = (await Promise.all(all.map(({ _id }) => listValues(ctx, _id)))).flat();
  const fieldIds = [...new Set(kept.map(({ fieldId }) => fieldId))];
  return fieldIds.flatMap((fieldId) => asOne(kept.filter((each) => each.fieldId === fieldId)) ?? []);
}

const newestFirst = (kept: readonly Value[]) =>
  kept.toSorted((a, b) => b.at - a.at || b._creationTime - a._creationTime);

/** What was put there last counts, and that it was emptied where there was something else to see. */
function asOne(kept: readonly Value[]): Shown | null {
  const [newest, ...older] = newestFirst(kept.filter(({ hidesNothing }) => !hidesNothing));
  if (newest === undefined || newest.value === null) return null;
  const { value } = newest;
  const others = new Set(older.flatMap((each) => each.value ?? []));
  others.delete(value);
  return { ...newest, value, others: [...others] };
}

interface Defined {
  name: string;
  kind: FieldKind;
  choices?: string[] | undefined;
}

/** Adds a field at the end, or changes one in place; its kind stays what it is. */
export async function saveField(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  existing: Field | null,
  given: Defined,
): Promise<Id<'customerFields'>> {
  const name = cleanName(given.name, 'The name of the field');
  if (isLonger(name, maxFieldName))
    throw appError('INVALID_INPUT', `The name of a field has at most ${maxFieldName} characters.`);
  const fields = await listFields(ctx, teamId);
  const isTaken = fields.some((each) => each.name === name && each._id !== existing?._id);
  if (isTaken) throw appError('INVALID_INPUT', `There is a field ${name} already.`);
  const kind = existing?.kind ?? given.kind;
  const choices = kind === 'choice' ? cleanChoices(given.choices ?? []) : undefined;
  if (existing !== null) {
    await ctx.db.patch(existing._id, { name, choices });
    return existing._id;
  }
  if (fields.length >= maxFields) {
    throw appError('INVALID_INPUT', `A team keeps at most ${maxFields} fields of its customers.`);
  }
  const position = (fields.at(-1)?.position ?? -1) + 1;
  return ctx.db.insert('customerFields', { teamId, name, kind, choices, position });
}

function cleanChoices(given: string[]): string[] {
  const choices = [...new Set(given.map((choice) => choice.trim()).filter(isVisible))];
  const isShort = choices.every((choice) => !isLonger(choice, maxChoiceLength));
  if (choices.length > 0 && choices.length <= maxChoices && isShort) return choices;
  const limit = `Give 1 to ${maxChoices} choices of at most ${maxChoiceLength} characters.`;
  throw appError('INVALID_INPUT', limit);
}

/** To the place `to` (0 = first); the others close up. */
export async function moveField(ctx: MutationCtx, field: Field, to: number): Promise<void> {
  const fields = (await listFields(ctx, field.teamId)).filter(({ _id }) => _id !== field._id);
  const place = Math.max(0, Math.min(fields.length, Math.trunc(to)));
  fields.splice(place, 0, field);
  for (const [position, each] of fields.entries())
    if (each.position !== position) await ctx.db.patch(each._id, { position });
}

/** It is gone at once; what stood in it goes in batches. */
export async function removeField(ctx: MutationCtx, { _id: fieldId }: Field): Promise<void> {
  await ctx.db.delete(fieldId);
  await forgetValues(ctx, fieldId);
}

export async function forgetValues(ctx: MutationCtx, fieldId: Id<'customerFields'>): Promise<void> {
  const some = await ctx.db
    .query('customerFieldValues')
    .withIndex('by_fieldId', (q) => q.eq('fieldId', fieldId))
    .take(batch);
  for (const { _id } of some) await ctx.db.delete(_id);
  if (some.length === batch)
    await ctx.scheduler.runAfter(0, internal.jobs.customers.forgetField, { fieldId });
}

interface Filled {
  field: Field;
  value: FieldValue | null;
  by: Value['by'];
  hidesNothing?: Value['hidesNothing'];
}

/** Over what stood there of this customer. */
async function put(
  ctx: MutationCtx,
  { field, value, by, hidesNothing, customerId, at }: Filled & { customerId: Id<'customers'>; at: number },
  before: Value | null,
): Promise<void> {
  const change = { value, by, at, hidesNothing };
  if (before !== null) return ctx.db.patch(before._id, change);
  const { _id: fieldId, teamId } = field;
  await ctx.db.insert('customerFieldValues', { teamId, customerId, fieldId, ...change });
}

/** As it is kept; null: nothing. */
function readValue(field: Field, value: FieldValue | null): FieldValue | null {
  if (value === null) return null;
  const read = readFieldValue(field, value);
  if ('fault' in read) throw appError('INVALID_INPUT', `${field.name}: ${read.fault}`);
  return read.value;
}

/** `from`: what was seen there. Whoever changes it meanwhile is named, and stays. What is the same already stays as it is. */
export async function fillIn(
  ctx: MutationCtx,
  { customer, from, ...filled }: Filled & { customer: Doc<'customers'>; from: FieldValue | null },
): Promise<void> {
  const { field, by } = filled;
  const value = readValue(field, filled.value);
  const all = await allOf(ctx, customer);
  const found = await Promise.all(all.map(({ _id }) => findValue(ctx, _id, field._id)));
  const kept = found.filter((each) => each !== null);
  const shown = asOne(kept);
  const now = shown?.value ?? null;
  if (now === value) return;
  if (now !== from) {
    const last = shown ?? newestFirst(kept)[0];
    const name = last === undefined ? 'Somebody' : await nameOf(ctx, last.by);
    throw appError('FIELD_CHANGED', `${name} changed this field meanwhile.`, { name });
  }
  const customerId = customer._id;
  const own = kept.find((each) => each.customerId === customerId) ?? null;
  const isAlone = kept.every((each) => each === own || each.value === null);
  const hidesNothing = value === null && isAlone ? true : undefined;
  // Later than what it is put over, whatever the clock says.
  const at = Math.max(Date.now(), ...kept.map((each) => each.at + 1));
  await put(ctx, { field, value, by, hidesNothing, customerId, at }, own);
}

/** Whoever filled it in, as they are called now. */
export async function nameOf(ctx: Reader, by: Value['by']): Promise<string> {
  const person = await (by.kind === 'operator' ? ctx.db.get(by.memberId) : ctx.db.get(by.agentId));
  return person?.name ?? 'Somebody';
}

/** By the names of the fields, as an agent's platform says them. */
export async function fillInByName(
  ctx: MutationCtx,
  { teamId, _id: agentId }: Doc<'agents'>,
  customerId: Id<'customers'>,
  given: readonly { name: string; value: FieldValue | null }[],
): Promise<void> {
  const fields = await listFields(ctx, teamId);
  const by = { kind: 'agent' as const, agentId };
  for (const { name, value } of given) {
    const field = fields.find((each) => each.name === name);
    if (field === undefined)
      throw appError('INVALID_INPUT', `The team keeps no field ${name} of its customers.`);
    const before = await findValue(ctx, customerId, field._id);
    const read = readValue(field, value);
    if (read === (before?.value ?? null)) continue;
    const hidesNothing = read === null ? true : undefined;
    await put(ctx, { field, value: read, by, hidesNothing, customerId, at: Date.now() }, before);
  }
}

/** What stands there, by the names of the fields. */
export async function valuesByName(
  ctx: Reader,
  teamId: Id<'teams'>,
  customerId: Id<'customers'>,
): Promise<{ name: string; value: FieldValue }[]> {
  const fields = await listFields(ctx, teamId);
  if (fields.length === 0) return [];
  const values = await listValues(ctx, customerId);
  return fields.flatMap(({ _id, name }) => {
    const kept = values.find(({ fieldId }) => fieldId === _id);
    return kept === undefined || kept.value === null ? [] : [{ name, value: kept.value }];
  });
}
