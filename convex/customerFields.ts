/** Fields that a team keeps of its customers: which there are, and what stands in them. */
import { v } from 'convex/values';
import { operatorMutation, sharedQuery } from './functions';
import { loadCustomerFieldFor, loadCustomerFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import * as model from './model/customer/fields';
import { vFieldKind, vFieldValue } from './shared/customer/fields';

/** In their order, at most 20. */
export const list = sharedQuery('ticket.read')({
  args: {},
  returns: v.array(
    v.object({
      fieldId: v.id('customerFields'),
      name: v.string(),
      kind: vFieldKind,
      choices: v.optional(v.array(v.string())),
    }),
  ),
  handler: async (ctx, { teamId }) => {
    const fields = await model.listFields(ctx, teamId);
    return fields.map(({ _id: fieldId, name, kind, choices }) => ({ fieldId, name, kind, choices }));
  },
});

/**
 * What stands in those of a customer, with who put it there and when; of customers who are one person, what was put there last.
 * `others`: what else stands there of that person.
 */
export const values = sharedQuery('ticket.read')({
  args: { customerId: v.id('customers') },
  returns: v.array(
    v.object({
      fieldId: v.id('customerFields'),
      value: vFieldValue,
      others: v.array(vFieldValue),
      by: v.string(),
      at: v.number(),
    }),
  ),
  handler: async (ctx, { teamId, customerId }) => {
    const kept = await model.valuesOfPerson(ctx, await loadCustomerFor(ctx, { teamId }, customerId));
    return Promise.all(
      kept.map(async ({ fieldId, value, others, by, at }) => ({
        ...{ fieldId, value, others, at },
        by: await model.nameOf(ctx, by),
      })),
    );
  },
});

/** Null empties it. `from`: what the caller saw there, of whichever of the person; what somebody else put there since is FIELD_CHANGED, with their name. */
export const fillIn = operatorMutation('ticket.work')({
  args: {
    customerId: v.id('customers'),
    fieldId: v.id('customerFields'),
    value: v.union(vFieldValue, v.null()),
    from: v.union(vFieldValue, v.null()),
  },
  returns: v.null(),
  handler: async (ctx, { customerId, fieldId, value, from }) => {
    const customer = await loadCustomerFor(ctx, ctx.member, customerId);
    const field = await loadCustomerFieldFor(ctx, ctx.member, fieldId);
    const by = { kind: 'operator' as const, memberId: ctx.member._id };
    await model.fillIn(ctx, { field, customer, value, from, by });
    return null;
  },
});

/** Without an id it adds one at the end; the kind of one stays what it is. */
export const save = operatorMutation('customerFields.manage')({
  args: {
    fieldId: v.optional(v.id('customerFields')),
    name: v.string(),
    kind: vFieldKind,
    choices: v.optional(v.array(v.string())),
  },
  returns: v.id('customerFields'),
  handler: async (ctx, { teamId, fieldId, ...field }) => {
    const existing = fieldId === undefined ? null : await loadCustomerFieldFor(ctx, ctx.member, fieldId);
    const subject = await model.saveField(ctx, teamId, existing, field);
    const detail = field.name.trim();
    await audit(ctx, { teamId, actor: ctx.member, action: 'customerField.saved', subject, detail });
    return subject;
  },
});

/** `to`: the place among them, 0 is first. */
export const move = operatorMutation('customerFields.manage')({
  args: { fieldId: v.id('customerFields'), to: v.number() },
  returns: v.null(),
  handler: async (ctx, { teamId, fieldId, to }) => {
    await model.moveField(ctx, await loadCustomerFieldFor(ctx, ctx.member, fieldId), to);
    await audit(ctx, { teamId, actor: ctx.member, action: 'customerField.moved', subject: fieldId });
    return null;
  },
});

/** With what stands in it, of every customer. */
export const remove = operatorMutation('customerFields.manage')({
  args: { fieldId: v.id('customerFields') },
  returns: v.null(),
  handler: async (ctx, { teamId, fieldId }) => {
    const field = await loadCustomerFieldFor(ctx, ctx.member, fieldId);
    await model.removeField(ctx, field);
    const audited = { action: 'customerField.removed' as const, subject: fieldId, detail: field.name };
    await audit(ctx, { teamId, actor: ctx.member, ...audited });
    return null;
  },
});
