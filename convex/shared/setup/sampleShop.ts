/**
 * What a fresh desk may be filled with to try it out: the articles and handover rules of a small outdoor-gear shop
 * that does not exist. Ordinary content: nothing in the code knows these texts. Pure.
 */
import type { RuleCondition, RuleOutcome } from '../agents/handover';

export const sampleArticles: { title: string; body: string }[] = [
  {
    title: 'Where is my order? Tracking a parcel',
    body: `As soon as your parcel leaves our warehouse you get an email with a tracking link. Open the link to see where your order is right now and on which day the courier will bring it.
No email yet? Orders are packed within one working day; before that there is nothing to track. Please also look in your spam folder.
If the tracking status has not changed for 5 working days, the parcel may be lost. Write to us with your order number and a person will trace it with the courier.
Tracking says delivered but nothing has arrived? Ask your neighbours and look at the card in your letterbox first.`,
  },
  {
    title: 'Shipping times and costs',
    body: `Standard shipping takes 2 to 4 working days within the country and 4 to 8 working days to the rest of Europe.
Express shipping takes one working day if you order before 14:00, Monday to Friday.
Standard shipping costs €4.90 and is free for orders over €75. Express shipping costs €9.90.
We ship to all countries of the European Union, to Norway, Switzerland and the United Kingdom. We do not ship to PO boxes or overseas.
You can change the delivery address until the parcel has left our warehouse.`,
  },
  {
    title: 'Returns and refunds within 30 days',
    body: `You can return unused items within 30 days of delivery and get the full price back.
To start a return, open the link "Return items" in your order confirmation, print the label and hand the parcel in at any post office. Returns are free of charge.
We refund the amount to the card or account you paid with, within 5 working days after the parcel reaches us.
Items must be clean, unworn and in their original packaging with all tags. Underwear, gas cartridges and gift cards cannot be returned.
After the 30 days are over we cannot refund automatically: a person on our team looks at each case.`,
  },
  {
    title: 'Exchanging an item for another size or colour',
    body: `You can exchange an unused item for another size or another colour within 30 days of delivery, free of charge.
Choose "Exchange" instead of "Refund" when you start the return. We reserve the new size for you and send it as soon as your parcel reaches us, usually within 3 working days.
If the size you need is sold out, you get your money back.`,
  },
  {
    title: 'Finding the right size',
    body: `Jackets and trousers fit true to size. Between two sizes, take the larger one if you wear warm layers underneath.
Hiking boots run small: take half a size larger than your everyday shoes, so that your toes have room going downhill.
Backpacks come in S/M for backs up to 47 cm and in M/L for longer ones. Measure from the neck bone to the top of the hips.
Each product page has a size chart with body measurements in centimetres.`,
  },
  {
    title: 'Warranty and repairs',
    body: `Everything we sell has a 2 year warranty against faults in material and workmanship, counted from the day of delivery. Tents and backpacks have 5 years.
If something breaks, a seam opens or a zip fails, send us photos of the damage and your order number. We repair it free of charge, or replace it when it cannot be repaired.
A repair usually takes 2 to 3 weeks.
Wear and tear, burns from camp fires and broken poles after a storm are not covered, but we repair them at cost.`,
  },
  {
    title: 'Ways to pay, invoices and vouchers',
    body: `You can pay by credit card (Visa, Mastercard, American Express), PayPal, Apple Pay, bank transfer, or in 3 monthly instalments with Klarna.
Your card is charged when the parcel is shipped. With a bank transfer we ship as soon as the money has arrived, usually after 2 working days.
The invoice comes as a PDF with the shipping email. If you need a company name or VAT number on it, enter it at checkout.
Enter a voucher or discount code in the basket. Only one code can be used per order.`,
  },
  {
    title: 'Changing or cancelling an order',
    body: `You can cancel or change an order until it is packed, usually for about two hours after you placed it. Open the link in your order confirmation and choose "Change" or "Cancel".
A cancelled order is not charged; if you have paid already, the money is on its way back within 3 working days.
Once the order is packed it cannot be stopped. Refuse the parcel or send it back to us when it arrives.`,
  },
  {
    title: 'Opening hours and how to contact us',
    body: `You can write here in the chat at any time; the assistant answers day and night. People are here Monday to Friday from 9:00 to 17:00.
Our email address is help@pinetrail.example. We answer within one working day.
Our shop and showroom at Harbour Street 12 is open Monday to Saturday from 10:00 to 18:00. There is free parking behind the building.`,
  },
  {
    title: 'Caring for waterproof jackets and tents',
    body: `Wash waterproof jackets at 30 degrees with a liquid detergent, without softener. Tumble dry on low heat for 20 minutes: the heat brings the water repellency back.
When water no longer pearls off, spray the clean jacket with a proofing spray.
Never put a tent in the washing machine. Clean it with lukewarm water and a sponge, and let it dry fully before you pack it, or it will go mouldy.`,
  },
];

export const sampleRules: { name: string; when: RuleCondition[]; outcome: RuleOutcome }[] = [
  {
    name: 'Refund outside the window',
    when: [
      { type: 'keywords', anyOf: ['refund', 'money back', 'return', 'send back'] },
      { type: 'reported', condition: 'outsideTimeLimit' },
    ],
    outcome: {
      handOver: true,
      priority: 'high',
      tags: ['refund'],
      textToCustomer:
        'Your purchase is outside our 30 days, so I may not decide this myself. I have asked a person on our team to look at your refund.',
    },
  },
  {
    name: 'Payment trouble or fraud',
    when: [
      {
        type: 'keywords',
        anyOf: [
          'charged twice',
          'double charge',
          'charged two times',
          'charged three times',
          'charged again',
          'charged third time',
          'billed twice',
          'card was declined',
          'card declined',
          'payment was declined',
          'payment declined',
          'payment failed',
          'payment does not go through',
          'fraud',
          'stolen card',
          'did not authorise',
        ],
      },
    ],
    outcome: { handOver: true, priority: 'urgent', tags: ['payment'] },
  },
  {
    name: 'Injury or danger',
    when: [{ type: 'keywords', anyOf: ['injured', 'injury', 'hospital', 'burned me', 'exploded', 'lawyer'] }],
    outcome: { handOver: true, priority: 'urgent', tags: ['safety'] },
  },
  {
    name: 'Very unhappy customer',
    when: [{ type: 'sentiment', atMost: -0.6 }],
    outcome: {
      handOver: true,
      priority: 'high',
      tags: ['unhappy'],
      textToCustomer: 'I am sorry about this. I have asked a person on our team to look at it.',
    },
  },
  {
    name: 'Going round in circles',
    when: [
      { type: 'turnsWithoutResolution', atLeast: 6 },
      { type: 'lowConfidence', below: 0.6 },
    ],
    outcome: { handOver: true, priority: 'normal', tags: [] },
  },
  {
    name: 'Not in our articles',
    when: [{ type: 'noAnswer' }],
    outcome: {
      handOver: true,
      priority: 'normal',
      tags: ['no-article'],
      textToCustomer:
        'I do not find an answer to that in our articles, so I have asked a person on our team to look at it.',
    },
  },
];
