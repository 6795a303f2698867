import { describe, expect, test } from 'vitest';
import { asksForPerson } from './personRequest';
import { quickest } from '../../../../test/quickest';

const asks = [
  'Can I speak to a human?',
  'I want to talk to a real person please',
  'human please',
  'HUMAN!!!',
  'agent',
  'Representative.',
  'let me talk to someone',
  'Could you connect me with a representative',
  "I'd like to speak with your manager",
  'Get me a manager now',
  'transfer me to a live agent',
  'Is there a person I can talk to?',
  'can somebody call me back?',
  'I need a human',
  'please escalate this to a human being',
  'This is useless. I want to speak to somebody who can decide.',
  'customer service',
  'put me through to someone real',
  'can you hand me over to a colleague of yours',
  'put me through to customer support please, I want to talk to support',
  'Ich möchte mit einem Menschen sprechen',
  'Kann ich bitte mit einem Mitarbeiter reden?',
  'Verbinden Sie mich mit jemandem',
  'Mensch bitte',
  'Je voudrais parler à un conseiller',
  "Je veux parler à quelqu'un",
  'Puis-je parler avec une personne réelle ?',
  'Quiero hablar con una persona',
  '¿Puedo hablar con un agente humano?',
  'Vorrei parlare con un operatore',
  'Quero falar com um atendente',
  'Ik wil een medewerker spreken',
  'Kan ik met iemand praten?',
  'Chcę rozmawiać z konsultantem',
  'Jag vill prata med en människa',
  'Jeg vil snakke med et menneske',
  'Хочу поговорить с человеком',
  'Соедините меня с оператором',
  'Bir insanla görüşmek istiyorum',
  '转人工',
  '担当者と話したいです',
  '상담원 연결해주세요',
  'أريد التحدث مع شخص',
];

const asksNot = [
  'Where is my order?',
  'I need a two person tent',
  'Do you have a 3-person tent? I want to talk about sizes',
  'How can I contact you?',
  'Are you a human or a bot?',
  'Am I talking to a real person?',
  'I do not want to talk to a human',
  'No need for a human, thanks',
  'The person I spoke to yesterday said it was sent',
  'My personal data changed',
  'Can someone help me with my order?',
  'The delivery agent left it at the neighbours',
  'how long does shipping take',
  'I want my money back',
  'Ich brauche eine Rechnung',
  'Je veux retourner ma veste',
  'Quiero cambiar la talla',
  'People say the tent is waterproof',
  'thanks',
  '',
];

describe('asksForPerson', () => {
  test.each(asks)('[H1] "%s" asks for a person', (text) => {
    expect(asksForPerson(text)).toBe(true);
  });
  test.each(asksNot)('[H1] "%s" does not', (text) => {
    expect(asksForPerson(text)).toBe(false);
  });

  test('[E2] a long hostile text is judged in little time', async () => {
    const text = 'speak to '.repeat(50_000) + 'someone somebody '.repeat(50_000);
    expect(await quickest(() => asksForPerson(text))).toBeLessThan(500);
  });
});
