/**
 * What WhatsApp tells of the account behind a number (docs/rules.md M7, R1): whether it may send at all, and what became of its
 * templates. Pure.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';

export const vAccountNews = v.union(
  /** Nothing more may leave: `said` is the sentence for the owners. */
  v.object({ what: v.literal('paused'), said: v.string() }),
  v.object({ what: v.literal('back') }),
  /** Told, and no reason to stop. */
  v.object({ what: v.literal('warned'), said: v.string() }),
);
export type AccountNews = Infer<typeof vAccountNews>;

const zShort = z.string().max(500).optional().catch(undefined);
const zAccount = z.looseObject({
  event: z.string().max(200),
  violation_info: z.looseObject({ violation_type: zShort }).optional().catch(undefined),
  ban_info: z
    .looseObject({
      waba_ban_state: z
        .union([z.string(), z.array(z.string())])
        .transform((state) => [state].flat())
        .catch([]),
      waba_ban_date: zShort,
    })
    .optional()
    .catch(undefined),
  restriction_info: z
    .union([
      z.looseObject({ restriction_type: zShort }),
      z.array(z.looseObject({ restriction_type: zShort })),
    ])
    .transform((info) => [info].flat())
    .optional()
    .catch(undefined),
});
type Given = z.infer<typeof zAccount>;

const zChange = z.looseObject({ item: z.looseObject({ field: z.string(), value: z.unknown() }) });

const manager = 'See Account quality in the Meta Business Suite.';
const gone: Record<string, string> = {
  ACCOUNT_DELETED: 'This WhatsApp Business Account was deleted. Connect another number.',
  ACCOUNT_OFFBOARDED:
    'The number was registered anew or on another phone, and WhatsApp has cut it off. Connect it again in the WhatsApp Manager.',
  PARTNER_REMOVED:
    'This desk’s app was removed from the WhatsApp Business Account. Give it access again, and enter a new token.',
  PARTNER_APP_UNINSTALLED:
    'This desk’s app was removed from the WhatsApp Business Account. Give it access again, and enter a new token.',
};

/** Null: nothing that the desk acts on. */
export function readAccountNews(payload: string): AccountNews | null {
  const change = zChange.safeParse(JSON.parse(payload));
  const parsed = zAccount.safeParse(change.data?.item.value);
  if (!parsed.success || change.data?.item.field !== 'account_update') return null;
  return newsOf(parsed.data);
}

function newsOf({
  event,
  ban_info: ban,
  restriction_info: limits = [],
  violation_info: breach,
}: Given): AccountNews | null {
  if (ban?.waba_ban_state.includes('REINSTATE') || event === 'ACCOUNT_RECONNECTED') return { what: 'back' };
  if (ban?.waba_ban_state.includes('DISABLE'))
    return { what: 'paused', said: `WhatsApp has switched this account off. ${manager}` };
  if (ban?.waba_ban_state.includes('SCHEDULE_FOR_DISABLE'))
    return {
      what: 'warned',
      said: `WhatsApp will switch this account off${ban.waba_ban_date === undefined ? '' : ` on ${ban.waba_ban_date}`}. ${manager}`,
    };
  const said = gone[event];
  if (said !== undefined) return { what: 'paused', said };
  if (event === 'ACCOUNT_RESTRICTION') {
    const mayNotAnswer = limits.some(
      ({ restriction_type: type }) => type === 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING',
    );
    const words = mayNotAnswer ? 'answer customers any more' : 'do all it could';
    return {
      what: mayNotAnswer ? 'paused' : 'warned',
      said: `WhatsApp does not let this account ${words}. ${manager}`,
    };
  }
  if (event === 'ACCOUNT_VIOLATION')
    return {
      what: 'warned',
      said: `WhatsApp says this account broke a rule (${breach?.violation_type ?? 'not named'}). ${manager}`,
    };
  return null;
}

const zTemplate = z.looseObject({
  event: z.string().max(100).optional().catch(undefined),
  message_template_name: z.string().max(600),
  message_template_language: z.string().max(50),
  reason: zShort,
});

/** Of a template whose state has changed; null: of none. */
export function readTemplateNews(
  payload: string,
): { name: string; language: string; status: string; reason?: string } | null {
  const change = zChange.safeParse(JSON.parse(payload));
  if (change.data?.item.field !== 'message_template_status_update') return null;
  const parsed = zTemplate.safeParse(change.data.item.value);
  if (!parsed.success || parsed.data.event === undefined) return null;
  const {
    message_template_name: name,
    message_template_language: language,
    event: status,
    reason,
  } = parsed.data;
  return { name, language, status, ...(reason !== undefined && reason !== 'NONE' && { reason }) };
}

const zUserId = z.looseObject({
  wa_id: zShort,
  user_id: z.looseObject({ previous: zShort, current: zShort }).optional().catch(undefined),
  parent_user_id: z.looseObject({ previous: zShort, current: zShort }).optional().catch(undefined),
  previous_user_id: zShort,
  current_user_id: zShort,
});

/** [M9] A user id that takes the place of another; null: none. */
export function readUserIdUpdate(
  payload: string,
): { previous: string; current: string; phone?: string } | null {
  const { item } = JSON.parse(payload) as { item: unknown };
  const { data } = zUserId.safeParse(item);
  const previous = data?.user_id?.previous ?? data?.previous_user_id;
  const current = data?.user_id?.current ?? data?.current_user_id;
  if (previous === undefined || current === undefined) return null;
  return { previous, current, ...(data?.wa_id !== undefined && { phone: data.wa_id }) };
}
