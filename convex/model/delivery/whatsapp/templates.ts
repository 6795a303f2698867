/**
 * Templates of a number's account (docs/rules.md M7): kept as the provider listed them, and which of them an entry goes out as. The
 * only writer of `whatsappTemplates` and `whatsappTemplateSends`.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../../_generated/server';
import { missingIn, previewOf, type Template, templateBody } from '../../../shared/whatsapp/templates';
import { appError } from '../../kit/errors';

type Reader = Pick<QueryCtx, 'db'>;

/** More than an account may have by far. */
const maxTemplates = 1_000;

export function listTemplates(ctx: Reader, channelId: Id<'channels'>): Promise<Doc<'whatsappTemplates'>[]> {
  return ctx.db
    .query('whatsappTemplates')
    .withIndex('by_channelId_and_name_and_language', (q) => q.eq('channelId', channelId))
    .take(maxTemplates);
}

const findTemplate = (
  ctx: Reader,
  channelId: Id<'channels'>,
  { name, language }: Pick<Template, 'name' | 'language'>,
) =>
  ctx.db
    .query('whatsappTemplates')
    .withIndex('by_channelId_and_name_and_language', (q) =>
      q.eq('channelId', channelId).eq('name', name).eq('language', language),
    )
    .unique();

/** What was listed takes the place of what was known; what is the same is not written. */
export async function keepTemplates(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  listed: readonly Template[],
): Promise<void> {
  const known = await listTemplates(ctx, channelId);
  const keyOf = ({ name, language }: Pick<Template, 'name' | 'language'>) => `${name} ${language}`;
  const byKey = new Map(known.map((each) => [keyOf(each), each]));
  for (const template of listed.slice(0, maxTemplates)) {
    const before = byKey.get(keyOf(template));
    byKey.delete(keyOf(template));
    const { name, language } = template;
    if (before === undefined)
      await ctx.db.insert('whatsappTemplates', { channelId, name, language, template });
    else if (JSON.stringify(before.template) !== JSON.stringify(template))
      await ctx.db.patch(before._id, { template });
  }
  for (const { _id } of byKey.values()) await ctx.db.delete(_id);
}

/** The provider tells that it may be used, or may not any more. False where it is not known. */
export async function noteTemplateStatus(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  { status, ...named }: { name: string; language: string; status: string },
): Promise<boolean> {
  const known = await findTemplate(ctx, channelId, named);
  if (known === null) return false;
  await ctx.db.patch(known._id, { template: { ...known.template, status } });
  return true;
}

export const vChosenTemplate = v.object({
  name: v.string(),
  language: v.string(),
  /** By the keys of its blanks (shared/whatsapp/templates.ts). */
  filled: v.array(v.object({ key: v.string(), value: v.string() })),
});

/** What it says, as it will stand in the thread, and what it goes out as. Throws where something is missing. */
export async function fillTemplate(
  ctx: Reader,
  channelId: Id<'channels'>,
  { filled: given, ...named }: Infer<typeof vChosenTemplate>,
): Promise<{ text: string; template: string }> {
  const known = await findTemplate(ctx, channelId, named);
  if (known === null) throw appError('INVALID_INPUT', 'There is no such template any more: choose another.');
  const filled = Object.fromEntries(given.map(({ key, value }) => [key, value]));
  const missing = missingIn(known.template, filled);
  if (missing !== null) throw appError('INVALID_INPUT', missing);
  return {
    text: previewOf(known.template, filled),
    template: JSON.stringify(templateBody(known.template, filled)),
  };
}

/** From now on this entry goes out as this template. */
export async function noteTemplateSend(
  ctx: MutationCtx,
  entryId: Id<'entries'>,
  template: string,
): Promise<void> {
  if ((await templateOf(ctx, entryId)) === undefined)
    await ctx.db.insert('whatsappTemplateSends', { entryId, template });
}

/** Undefined: it is a message like any other. */
export async function templateOf(ctx: Reader, entryId: Id<'entries'>): Promise<string | undefined> {
  const row = await ctx.db
    .query('whatsappTemplateSends')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .unique();
  return row?.template;
}
