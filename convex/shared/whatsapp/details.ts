/** What a message of WhatsApp says that is neither words nor a file, as lines of text: places, contacts, orders, answers. Pure. */
import { z } from 'zod';

const zShort = z.string().max(2_000).optional().catch(undefined);
const zReply = z
  .looseObject({ title: z.string().max(500), description: zShort })
  .optional()
  .catch(undefined);

const zPlace = z.looseObject({
  latitude: z.number(),
  longitude: z.number(),
  name: zShort,
  address: zShort,
  url: zShort,
});
const zContactCard = z.looseObject({
  name: z.looseObject({ formatted_name: zShort, first_name: zShort }).optional().catch(undefined),
  phones: z
    .array(z.looseObject({ phone: zShort }))
    .optional()
    .catch(undefined),
  emails: z
    .array(z.looseObject({ email: zShort }))
    .optional()
    .catch(undefined),
});
const zOrder = z.looseObject({
  text: zShort,
  product_items: z
    .array(
      z.looseObject({
        product_retailer_id: z.coerce.string().max(500),
        quantity: z.coerce.number(),
        item_price: z.coerce.number().optional().catch(undefined),
        currency: zShort,
      }),
    )
    .catch([]),
});

/** Fields of a message, by their names at the provider. */
export const zDetails = {
  location: zPlace.optional().catch(undefined),
  contacts: z.array(zContactCard).optional().catch(undefined),
  order: zOrder.optional().catch(undefined),
  interactive: z
    .looseObject({
      button_reply: zReply,
      list_reply: zReply,
      nfm_reply: z.looseObject({ body: zShort }).optional().catch(undefined),
      call_permission_reply: z.looseObject({ response: zShort }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  button: z
    .looseObject({ text: z.string().max(2_000) })
    .optional()
    .catch(undefined),
};
const zAll = z.object(zDetails);
export type Details = z.infer<typeof zAll>;

export function placeLines({ name, address, url, latitude, longitude }: z.infer<typeof zPlace>): string {
  const at = `Location: ${latitude}, ${longitude}`;
  return [name, address, at, url].filter((line) => line !== undefined && line !== '').join('\n');
}

export function contactLines(contacts: z.infer<typeof zContactCard>[]): string {
  return contacts
    .map(({ name, phones = [], emails = [] }) => {
      const called = name?.formatted_name ?? name?.first_name ?? '';
      const ways = [...phones.map(({ phone }) => phone), ...emails.map(({ email }) => email)];
      return `Contact: ${[called, ...ways].filter(Boolean).join(', ')}`;
    })
    .join('\n');
}

export function orderLines({ text = '', product_items: items }: z.infer<typeof zOrder>): string {
  const lines = items.map(({ product_retailer_id: product, quantity, item_price: price, currency = '' }) =>
    [`Order: ${quantity} × ${product}`, price === undefined ? '' : `at ${price} ${currency}`.trim()]
      .filter(Boolean)
      .join(' '),
  );
  return [...lines, text].filter(Boolean).join('\n') || 'An order without products.';
}
