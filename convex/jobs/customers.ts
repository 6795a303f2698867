/** What is scheduled about a customer: what takes more than one transaction. */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { forgetValues } from '../model/customer/fields';
import { renamePage } from '../model/customer/renaming';

/** Their name or address in whatever they have begun, in batches. */
export const rename = internalMutation({
  args: { customerId: v.id('customers'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { customerId, cursor }) => {
    await renamePage(ctx, customerId, cursor);
    return null;
  },
});

/** What stood in a field that is gone, in batches. */
export const forgetField = internalMutation({
  args: { fieldId: v.id('customerFields') },
  returns: v.null(),
  handler: async (ctx, { fieldId }) => {
    await forgetValues(ctx, fieldId);
    return null;
  },
});
