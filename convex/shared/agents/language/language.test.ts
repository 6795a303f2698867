import { describe, expect, test } from 'vitest';
import { sentimentOf } from './sentiment';
import { smallTalkOf } from './smallTalk';
import { daysGoneBy, limitInDays } from './timeSpans';
import { quickest } from '../../../../test/quickest';
import { Said } from './said';
import { fold, sentencesOf, stem, termsOf, wordsOf } from './words';

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

describe('Korean words', () => {
  test.each([
    [
      '환불',
      '환불은',
      '환불을',
      '환불이',
      '환불도',
      '환불하고',
      '환불하려면',
      '환불해',
      '환불해주세요',
      '환불했는데요',
      '환불할',
      '환불합니다',
      '환불되나요',
      '환불됐어요',
      '환불받고',
      '환불받을수있나요',
      '환불에는',
    ],
    [
      '배송',
      '배송이',
      '배송은',
      '배송되었나요',
      '배송됩니다',
      '배송에서',
      '배송까지',
      '배송까지는',
      '배송으로',
    ],
    ['배송비', '배송비가', '배송비는', '배송비를', '배송비도', '배송비요'],
    ['사이즈', '사이즈가', '사이즈를', '사이즈와', '사이즈로'],
    ['옷', '옷을', '옷은'],
    ['가능', '가능한가요', '가능합니다', '가능할까요', '가능해요'],
    ['쿠폰2', '쿠폰2를'],
    ['refund', 'refund는', 'refunds를'],
  ])('[P4] the forms of "%s" have one stem', (...forms) => {
    expect(new Set(forms.flatMap(termsOf))).toEqual(new Set([stem(fold(forms[0]!))]));
  });

  test.each(['가을', '나이', '회의', '광고', '피해', '휴가철', '할인카드', '카드할인', '온도', '문의'])(
    '[P4] "%s" is a whole word',
    (word) => expect(termsOf(word)).toEqual([fold(word)]),
  );

  test('[P4] grammar and courtesy leave nothing', () => {
    expect(termsOf('안녕하세요, 저는 어떻게 할 수 있나요? 감사합니다')).toEqual([]);
    expect(termsOf('제품을 환불하고 싶어요')).toEqual(termsOf('제품 환불'));
  });

  test('[H1] a keyword is found in its forms, and in no other word', () => {
    expect(new Said('어제 산 제품을 환불받고 싶습니다').mentions('환불')).toBe(true);
    expect(new Said('배송비가 얼마예요?').mentions('배송')).toBe(false);
  });

  test('[E4] a long text without a space is read in little time', async () => {
    const text = `${'하'.repeat(30_000)}빵${'도'.repeat(30_000)}`;
    expect(await quickest(() => termsOf(text))).toBeLessThan(500);
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
    ['And now?', null],
    ['Again!!!', null],
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

const dayMs = 86_400_000;
/** A Friday. */
const now = Date.UTC(2026, 10, 27, 15);
const gone = (text: string, saidAt = now) => daysGoneBy(text, saidAt, now);

describe('time', () => {
  test.each([
    ['I bought it 45 days ago', 45],
    ['I want a refund, I bought it 45 days ago', 45],
    // 27 September: two months of the calendar.
    ['bought two months ago', 61],
    ['It has been 6 weeks', 42],
    ['Is it normal that I have been waiting for 3 weeks?', 21],
    ['the 30 days are over, can I still return it?', 31],
    ['I ordered it more than 30 days ago', 31],
    ['last week', 7],
    ['I got it last year', 365],
    ['last summer', 90],
    ['I bought it a couple of weeks ago', 14],
    ['three days ago', 3],
    ['bought 6 weeks back', 42],
    ['bought on 2026-01-15', 316],
    ['bought on 2026-01-15, can I return it?', 316],
    ['I bought it on January 15, 2026', 316],
    ['bought on 15 January', 316],
    ['I got it last Tuesday', 3],
    ['yesterday', 1],
    ['Ich habe es vor 45 Tagen gekauft', 45],
    ['vor zwei Monaten bestellt', 61],
    ['vor mehr als 30 Tagen gekauft', 31],
    ['Kann ich die Schuhe zurückgeben, die ich am 15. Januar 2026 gekauft habe?', 316],
    ['am 15.01.2026 gekauft', 316],
    ['Ich warte seit 6 Wochen', 42],
    ['Die 30 Tage sind abgelaufen', 31],
    ['gestern', 1],
    ['letzte Woche', 7],
    ['refund: purchased in August', 88],
    ['I bought it in early September 2025', 423],
    ['gekauft im Dezember', 331],
    ['Anfang März gekauft', 241],
    ['a month and a half ago', 45],
    ['bought two and a half months ago', 75],
    ['vor anderthalb Monaten gekauft', 45],
    ['vor einem halben Jahr gekauft', 182],
    ['It is 45 days since I bought it', 45],
  ])('[H1] "%s": %i days have gone by', (text, days) => {
    expect(gone(text)).toBe(days);
  });

  test.each([
    'Where is my order?',
    'for my 10 year old son',
    'I need 3 tents',
    'Does delivery take more than 5 days?',
    'Is it over 30 days?',
    'Can I return it after 45 days?',
    'How long is it until 45 days have passed?',
    'Dauert die Lieferung mehr als 5 Tage?',
    'Kann ich es nach 45 Tagen zurückgeben?',
    'May I return it?',
    'Do you have it in size 42?',
    'Are you there 24/7?',
    'Can you deliver on 15 January?',
    'I need it in 5 days',
    'are you open at 5 pm on Saturday',
    'my order 2026-123456 or 48213',
    'Within 30 days',
    'Will you have it in March?',
    'I bought it, may I return it?',
    'bought in November',
    'I ordered it, do I get it in December?',
    'Is it 45 days since the parcel left?',
  ])('[H1] "%s" says of no time that it has gone by', (text) => {
    expect(gone(text)).toBe(0);
  });

  test('[H1] is told from the instant of the message, whatever the time of day', () => {
    expect(gone('yesterday', now - 40 * dayMs)).toBe(41);
    expect(gone('It has been 6 weeks', now - 10 * dayMs)).toBe(52);
    for (const hour of [0, 12, 23]) {
      const at = Date.UTC(2026, 10, 27, hour, 59);
      expect(daysGoneBy('bought on 2026-01-15', at, at)).toBe(316);
    }
  });

  test('[P4] is read from a part of the text only, wherever in it the first time stands', () => {
    expect(gone(`${'and so on '.repeat(300)} I bought it 45 days ago`)).toBe(45);
    expect(gone(`3 of them ${'and so on '.repeat(300)} I bought it 45 days ago`)).toBe(0);
  });

  test.each([
    ['You can return it within 30 days of delivery.', 30],
    ['We have a 14-day return policy', 14],
    ['Everything has a 2 year warranty', 730],
    ['up to 3 months after the purchase', 90],
    ['Shipping takes 2 to 4 working days', 0],
    ['We refund within 5 days. Return within 30 days.', 30],
    ['Sie können die Ware innerhalb von 30 Tagen zurückgeben.', 30],
    ['14 Tage Rückgaberecht', 14],
    ['Die Lieferung dauert 2 bis 4 Werktage', 0],
  ])('[H1] "%s" sets a limit of %i days', (text, days) => {
    expect(limitInDays(text)).toBe(days);
  });
});
