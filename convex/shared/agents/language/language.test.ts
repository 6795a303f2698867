import { describe, expect, test } from 'vitest';
import { sentimentOf } from './sentiment';
import { smallTalkOf } from './smallTalk';
import { daysGoneBy, limitInDays } from './timeSpans';
import { sentencesOf, stem, termsOf, wordsOf } from './words';

describe('terms', () => {
  test.each([
    ['shipping', 'shipped', 'shipment', 'ship', 'ships'],
    ['return', 'returns', 'returned', 'returning', 'returnable'],
    ['delivery', 'deliveries', 'deliver', 'delivered', 'delivering'],
    ['exchange', 'exchanges', 'exchanging', 'exchanged'],
    ['cancel', 'cancelled', 'cancelling', 'cancellation', 'canceled'],
    ['pay', 'paid', 'paying', 'payment', 'payments'],
    ['size', 'sizes', 'sizing'],
    ['warranty', 'warranties'],
  ])('[P4] the forms of "%s" have one stem', (...forms) => {
    expect(new Set(forms.map(stem)).size).toBe(1);
  });

  test('[P4] courtesy and grammar leave nothing; accents and case do not matter', () => {
    expect(termsOf('Hello, could you please tell me what that is?')).toEqual([]);
    expect(termsOf('Größe CAFÉ')).toEqual(termsOf('größe café'));
  });

  test('[P4] list lines and sentences are told apart', () => {
    expect(sentencesOf('One. Two!\n- Three\n2) Four?\n\n***')).toEqual(['One.', 'Two!', 'Three', 'Four?']);
  });
});

describe('words without spaces between them', () => {
  test.each([
    ['如何申请退款？30天内', ['申请', '退款', '30', '天内']],
    ['返品したいのですが、送料は？', ['返品', '送料']],
    ['อยากขอคืนเงินครับ', termsOf('คืน เงิน')],
    ['请问 refund 怎么退款', ['refund', '退款']],
  ])('[P4] "%s" is about %j', (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  test('[P4] are the same in any company, and sentences end without a space', () => {
    expect(wordsOf('我想申请退款，谢谢')).toEqual(expect.arrayContaining(wordsOf('退款')));
    expect(sentencesOf('可以退款。多久？五天。')).toEqual(['可以退款。', '多久？', '五天。']);
  });
});

describe('small talk', () => {
  test.each([
    ['Hi!', 'greeting'],
    ['good morning', 'greeting'],
    ['Thanks a lot, that was great', 'thanks'],
    ['hi, thank you so much! bye', 'thanks'],
    ['danke', 'thanks'],
    ['bye', 'goodbye'],
    ['yes please', 'yes'],
    ['no', 'no'],
    ['Hi, where is my order?', null],
    ['thanks but it is still broken', null],
    ['ok', 'yes'],
    ['ok great', 'yes'],
    ['', null],
  ])('"%s" is %s', (text, kind) => {
    expect(smallTalkOf(text)).toBe(kind);
  });
});

describe('sentiment', () => {
  test('[H1] orders messages from furious to delighted', () => {
    const order = [
      'THIS IS THE WORST SHOP EVER!!! You are a scam, absolutely unacceptable',
      'I am very disappointed, this is annoying',
      'Where is my order?',
      'Thanks, that is helpful',
      'Brilliant, amazing, thank you, I love it',
    ].map(sentimentOf);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeLessThan(-0.6);
    expect(order[2]).toBe(0);
    expect(order[4]).toBeGreaterThan(0.6);
  });

  test('[H1] a denied bad word is not a bad word', () => {
    expect(sentimentOf('It is not bad')).toBeGreaterThan(0);
  });
});

describe('time', () => {
  test.each([
    ['I bought it 45 days ago', 45],
    ['I want a refund, I bought it 45 days ago', 45],
    ['bought two months ago', 60],
    ['It has been 6 weeks', 42],
    ['the 30 days are over, can I still return it?', 31],
    ['I ordered it more than 30 days ago', 31],
    ['last week', 7],
    ['I got it last year', 365],
    ['I bought it a couple of weeks ago', 14],
    ['three days ago', 3],
    ['Where is my order?', 0],
    ['for my 10 year old son', 0],
    ['I need 3 tents', 0],
  ])('[H1] "%s": %i days have gone by', (text, days) => {
    expect(daysGoneBy(text)).toBe(days);
  });

  test.each([
    ['You can return it within 30 days of delivery.', 30],
    ['We have a 14-day return policy', 14],
    ['Everything has a 2 year warranty', 730],
    ['up to 3 months after the purchase', 90],
    ['Shipping takes 2 to 4 working days', 0],
    ['We refund within 5 days. Return within 30 days.', 30],
  ])('[H1] "%s" sets a limit of %i days', (text, days) => {
    expect(limitInDays(text)).toBe(days);
  });
});
