/**
 * Words that customers and help articles use for the same thing. Pure.
 * General words of trade and service only: what one shop alone calls things belongs in its articles.
 */
import { stem } from './words';

const groups = [
  'parcel package delivery shipment order',
  'ship send deliver dispatch post mail courier',
  'arrive come deliver reach show',
  'track trace follow where status',
  'refund reimburse reimbursement repay',
  'return refund',
  'exchange swap replace change switch',
  'broken defective faulty damaged torn ripped cracked defect break tear fault leak hole stopped',
  'repair fix mend',
  'buy purchase order bought acquire',
  'cost price fee charge expensive much postage',
  'pay payment checkout',
  'card visa mastercard credit debit',
  'instalment installment klarna monthly',
  'invoice receipt bill vat',
  'size fit measure small large big tight loose wide narrow',
  'warranty guarantee',
  'phone call telephone ring number',
  'contact reach email phone',
  'open hours opening closed close weekend',
  'cancel stop undo',
  'abroad international overseas foreign country worldwide europe',
  'discount coupon voucher promo code sale',
  'store shop branch showroom',
  'late delay delayed overdue slow missing lose',
  'address street house',
  'login account password sign',
  'wash clean care',
  'stock available availability restock',
  'box packaging package wrap label',
  'wear worn used tried',
  'gift present voucher',
];

const related = new Map<string, Set<string>>();
for (const group of groups) {
  const stems = group.split(' ').map(stem);
  for (const term of stems) {
    const known = related.get(term) ?? new Set();
    stems.forEach((other) => other !== term && known.add(other));
    related.set(term, known);
  }
}

/** Terms that may stand for this one, never the term itself. */
export function relatedTo(term: string): ReadonlySet<string> {
  return related.get(term) ?? none;
}
const none: ReadonlySet<string> = new Set();
