/** Languages besides English and German, as timeSpans.ts reads them. */
import { expect, test } from 'vitest';
import { quickest } from '../../../../test/quickest';
import { daysGoneBy, limitInDays } from './timeSpans';

/** A Friday. */
const now = Date.UTC(2026, 10, 27, 15);
const gone = (text: string) => daysGoneBy(text, now, now);

test.each([
  ['Je l’ai acheté il y a 45 jours', 45],
  ['commandé il y a environ deux mois', 60],
  ['J’attends depuis plus de 3 semaines', 22],
  ['acheté le 15 janvier 2026', 316],
  ['Les 30 jours sont passés, puis-je encore le rendre ?', 31],
  ['je l’ai reçu le 1er mars', 271],
  ['je l’ai commandé le 15 décembre', 347],
  ['J’ai commandé hier', 1],
  ['je l’ai reçue la semaine dernière', 7],
  ['Acheté le 01/05/2026', 210],
  ['Lo compré hace 45 días', 45],
  ['hace más de dos meses', 61],
  ['Llevo 3 semanas esperando', 21],
  ['lo compré el 15 de enero', 316],
  ['ayer', 1],
  ['me llegó el mes pasado', 30],
  ["L'ho comprato 45 giorni fa", 45],
  ['aspetto da 3 settimane', 21],
  ['acquistato il 15 gennaio 2026', 316],
  ['la settimana scorsa', 7],
  ['Comprei há 45 dias', 45],
  ['comprei faz dois meses', 60],
  ['45 dias atrás', 45],
  ['comprei em 15 de janeiro', 316],
  ['Ik heb het 45 dagen geleden gekocht', 45],
  ['ik wacht al drie weken', 21],
  ['gekocht op 15 januari 2026', 316],
  ['vorige maand', 30],
  ['Köpte den för 45 dagar sedan', 45],
  ['jeg købte den for 45 dage siden', 45],
  ['Jeg kjøpte den for 45 dager siden', 45],
  ['köptes den 15 januari 2026', 316],
  ['förra veckan', 7],
  ['Kupiłem to 45 dni temu', 45],
  ['kupiłam dwa miesiące temu', 60],
  ['zamówione 15 stycznia 2026', 316],
  ['czekam od 3 tygodni', 21],
  ['Я купил это 45 дней назад', 45],
  ['жду уже три недели', 21],
  ['купила 15 января', 316],
  ['на прошлой неделе', 7],
  ['Купив 45 днів тому', 45],
  ['замовив 15 січня 2026', 316],
  ['45日前に買いました', 45],
  ['２ヶ月前に注文した', 60],
  ['2026年1月15日に購入しました', 316],
  ['先週届きました', 7],
  ['我45天前买的', 45],
  ['已经等了三个星期了', 21],
  ['已经超过30天了', 31],
  ['2026年1月15日购买', 316],
  ['上个月', 30],
  ['45일 전에 샀어요', 45],
  ['30일이 지났어요', 31],
  ['2026년 1월 15일에 구매했어요', 316],
  ['지난주에 받았어요', 7],
])('[H1] "%s": %i days have gone by', (text, days) => {
  expect(gone(text)).toBe(days);
});

test.each([
  'Livrez-vous en 5 jours ?',
  'Pouvez-vous livrer le 15 décembre ?',
  'Puis-je le retourner après 45 jours ?',
  'Ist hier jemand? Ich bin hier',
  '¿Tarda más de 5 días?',
  '¿Puedo devolverlo dentro de 30 días?',
  'La consegna richiede più di 5 giorni?',
  'Posso devolver em 45 dias?',
  'Kan ik het binnen 30 dagen ruilen?',
  'Levererar ni inom 3 dagar?',
  'Czy dostawa trwa ponad 5 dni?',
  'Доставка дольше 5 дней?',
  '30日以内に返品できますか',
  '可以在30天内退货吗',
  '30일 이내에 반품할 수 있나요?',
])('[H1] "%s" says of no time that it has gone by', (text) => {
  expect(gone(text)).toBe(0);
});

test.each([
  ['Vous pouvez retourner un article dans les 30 jours.', 30],
  ['Retours acceptés sous 30 jours', 30],
  ['Garantie : 2 ans de garantie sur tout', 730],
  ['Puede devolverlo dentro de los 30 días siguientes', 30],
  ['Tiene 30 días para devolverlo', 30],
  ['Puoi restituire entro 30 giorni', 30],
  ['Pode devolver até 30 dias após a compra', 30],
  ['U kunt binnen 30 dagen retourneren', 30],
  ['Du kan returnera inom 30 dagar', 30],
  ['Zwrot jest możliwy w ciągu 30 dni', 30],
  ['Вернуть можно в течение 30 дней', 30],
  ['Повернути можна протягом 30 днів', 30],
  ['返品は商品到着後30日以内', 30],
  ['收货后30天内可以退货', 30],
  ['구매 후 30일 이내 반품 가능', 30],
  ['La livraison prend 2 à 4 jours ouvrés', 0],
])('[H1] "%s" sets %i days', (text, days) => {
  expect(limitInDays(text)).toBe(days);
});

test('[E4] a long text full of numbers is read in little time, in every language', async () => {
  const text = 'il y a 3 jours hace 3 dias 3日 3天 3 дня '.repeat(500);
  expect(await quickest(() => limitInDays(text))).toBeLessThan(500);
  expect(await quickest(() => gone(text))).toBeLessThan(500);
  expect(gone(`${'et puis '.repeat(300)} il y a 45 jours`)).toBe(0);
});
