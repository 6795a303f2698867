/**
 * Approved templates as the provider lists them. Apart from `templates.ts`, which the desk's page has, too: what reads a
 * stranger's answer would make code from text there, where nothing may. Pure.
 */
import { z } from 'zod';
import type { Template } from './templates';

const zText = z.string().max(5_000).optional().catch(undefined);
const zComponent = z.looseObject({
  type: z.string().max(100),
  format: z.string().max(100).optional().catch(undefined),
  text: zText,
  buttons: z
    .array(z.looseObject({ text: z.string().max(500).catch(''), url: zText, type: zText }))
    .optional()
    .catch(undefined),
});
const zTemplate = z.looseObject({
  name: z.string().min(1).max(600),
  language: z.string().min(1).max(50),
  status: z.string().max(100),
  category: z.string().max(100).catch(''),
  parameter_format: z.string().max(100).optional().catch(undefined),
  components: z.array(zComponent.catch({ type: 'UNKNOWN' })).catch([]),
});
const zPage = z.looseObject({
  data: z.array(z.unknown()),
  paging: z
    .looseObject({
      cursors: z.looseObject({ after: z.string().optional() }).optional(),
      next: z.string().optional(),
    })
    .optional()
    .catch(undefined),
});

/** Of `GET /<account>/message_templates`; null: no such answer. `after`: where to go on. */
export function readTemplates(body: unknown): { templates: Template[]; after: string | null } | null {
  const page = zPage.safeParse(body);
  if (!page.success) return null;
  const { data, paging } = page.data;
  const templates = data.flatMap((given) => {
    const parsed = zTemplate.safeParse(given);
    return parsed.success ? [asTemplate(parsed.data)] : [];
  });
  return { templates, after: paging?.next === undefined ? null : (paging.cursors?.after ?? null) };
}

function asTemplate({ components, parameter_format: format, ...given }: z.infer<typeof zTemplate>): Template {
  const part = (type: string) => components.find((each) => each.type.toUpperCase() === type);
  const [header, body, footer] = [part('HEADER'), part('BODY'), part('FOOTER')];
  const buttons = (part('BUTTONS')?.buttons ?? []).map(({ text, url }) => ({
    text,
    ...(url !== undefined && { url }),
  }));
  const hasFile = header?.format !== undefined && header.format.toUpperCase() !== 'TEXT';
  const isNamed = format?.toUpperCase() === 'NAMED';
  const { name, language, status, category } = given;
  return {
    name,
    language,
    status,
    category,
    ...(header?.text !== undefined && { header: header.text }),
    body: body?.text ?? '',
    ...(footer?.text !== undefined && { footer: footer.text }),
    buttons,
    isNamed,
    ...(hasFile && { notHere: 'It begins with a file, which cannot be given here.' }),
  };
}
