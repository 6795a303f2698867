import { describe, expect, test } from 'vitest';
import { findAnswers, mostQuestions } from './answerFinding';
import type { Spoken } from './brief';
import type { Rule } from './handover';
import { decideFrom, readTurn, type Turn } from './knowledgeTurn';
import { termsOf } from './language/words';
import { Library } from './library';
import { sampleArticles, sampleRules } from '../setup/sampleShop';

const articles = sampleArticles.map((article, at) => ({ id: String(at), ...article }));
const now = Date.UTC(2026, 10, 27, 12);
const base = {
  now,
  articles,
  rules: sampleRules as Rule[],
  outsideOpeningHours: false,
  hasActiveTicket: false,
  isOutOfTime: () => false,
};
const customer = (sequence: number, text: string): Spoken => ({ sequence, at: now, from: 'customer', text });
const agent = (sequence: number, text: string, ...sources: string[]): Spoken => ({
  sequence,
  at: now,
  from: 'agent',
  text,
  ...(sources.length > 0 && { sources }),
});

function turn(earlier: Spoken[], burst: Spoken[], more: Partial<Turn<string, Rule>> = {}) {
  const whole: Turn<string, Rule> = { ...base, spoken: [...earlier, ...burst], burst, ...more };
  return decideFrom(whole, readTurn(whole));
}
const say = (text: string, more: Partial<Turn<string, Rule>> = {}) => turn([], [customer(1, text)], more);

describe('the sample shop', () => {
  test('[P4] "where is my order" is answered and opens no ticket', () => {
    const decision = say('where is my order');
    expect(decision).toMatchObject({ do: 'answer', articleIds: ['0'] });
    expect(decision.text).toContain('tracking link');
  });

  test.each([
    'I want a refund, I bought it 45 days ago',
    'Can I still return the boots? I bought them two months ago',
    'the 30 days are over, can I get my money back?',
  ])('[H1] "%s" is handed over with high priority', (text) => {
    const decision = say(text);
    expect(decision).toMatchObject({
      do: 'handOver',
      reason: 'rule',
      rule: { name: 'Refund outside the window', outcome: { priority: 'high' } },
      reported: ['outsideTimeLimit'],
    });
  });

  test.each([
    'I want a refund, I bought it 10 days ago',
    'I want a refund',
    'Can I return it after two weeks?',
  ])('[H1] "%s" is inside the window and answered', (text) => {
    expect(say(text)).toMatchObject({ do: 'answer', articleIds: ['2'] });
  });

  test('[C3] after the refund was handed over the next question is answered', () => {
    const before = [
      customer(1, 'I want a refund, I bought it 45 days ago'),
      agent(2, 'I have asked a person on our team to look at your refund.'),
    ];
    const decision = turn(before, [customer(5, 'OK. How long does shipping take?')], {
      hasActiveTicket: true,
    });
    expect(decision).toMatchObject({ do: 'answer', articleIds: ['1'] });
  });

  test.each([
    ['I was charged twice for order 12345', 'Payment trouble or fraud', 'urgent'],
    ['My payment was declined, what now?', 'Payment trouble or fraud', 'urgent'],
    ["It says my card was declined. I can't order", 'Payment trouble or fraud', 'urgent'],
    ['my payment keeps failing: payment failed again', 'Payment trouble or fraud', 'urgent'],
    ['My gas stove exploded and my hand is injured', 'Injury or danger', 'urgent'],
    ['You are the worst shop ever, this is unacceptable and a scam!!', 'Very unhappy customer', 'high'],
    ['Do you sell kayaks?', 'Not in our articles', 'normal'],
  ])('[H1] "%s" meets the rule “%s”', (text, name, priority) => {
    expect(say(text)).toMatchObject({ do: 'handOver', rule: { name, outcome: { priority } } });
  });
});

describe('going on after a handover', () => {
  const rounds = Array.from({ length: 7 }, (_, at) => agent(at + 2, 'An answer.', 'Warranty and repairs'));
  const unsure = customer(20, 'do you ship to the USA');

  test('[H1] turns without resolution are counted from the last handover', () => {
    expect(turn(rounds, [unsure])).toMatchObject({
      do: 'handOver',
      rule: { name: 'Going round in circles' },
    });
    expect(turn(rounds, [unsure], { handedOverAt: 8, hasActiveTicket: true })).toMatchObject({
      do: 'answer',
    });
    expect(turn([...rounds, customer(15, 'thanks!')], [unsure])).toMatchObject({ do: 'answer' });
  });

  test('[H4] the text of a rule is said once; a further rule has its own say on the same ticket', () => {
    const late = [customer(20, 'I bought it 6 weeks ago and want to give it back')];
    const first = turn([], late, { hasActiveTicket: true });
    expect(first).toMatchObject({ do: 'handOver', isFirst: false, rule: { outcome: { priority: 'high' } } });
    expect(first.text).toContain('outside our 30 days');
    const again = turn([agent(10, first.text)], late, { hasActiveTicket: true });
    expect(again.text).toContain('asked already');
  });
});

describe('asking for a person', () => {
  test('[H1] always hands over, and the rule of no answer has no say in it', () => {
    expect(say('Can I talk to a human?')).toMatchObject({
      do: 'handOver',
      reason: 'customerAsked',
      rule: null,
    });
  });

  test('[H1] a rule that says never only keeps its priority, tags and text out', () => {
    const never: Rule = {
      name: 'Never',
      when: [{ type: 'keywords', anyOf: ['human'] }],
      outcome: { handOver: false },
    };
    expect(say('I want to speak to a human', { rules: [never] })).toMatchObject({
      do: 'handOver',
      rule: null,
    });
  });

  test('[H1] a rule that matches sets priority, tags and text', () => {
    const decision = say('I was charged twice, let me speak to a human');
    expect(decision).toMatchObject({
      reason: 'customerAsked',
      rule: { outcome: { priority: 'urgent', tags: ['payment'] } },
    });
  });

  test('[H1] yes to "Shall I ask a person?" is asking for one', () => {
    const first = say('Do you sell kayaks?', { rules: [] });
    expect(first).toMatchObject({ do: 'answer', articleIds: [] });
    expect(
      turn([customer(1, 'Do you sell kayaks?'), agent(2, first.text)], [customer(3, 'yes please')], {
        rules: [],
      }),
    ).toMatchObject({
      do: 'handOver',
      reason: 'customerAsked',
    });
    expect(say('yes please', { rules: [] })).toMatchObject({ do: 'answer' });
  });
});

describe('rules and answers', () => {
  test('[H1] never hand over: the agent says that it does not know, and no ticket is offered', () => {
    const never: Rule = {
      name: 'Weather',
      when: [{ type: 'keywords', anyOf: ['weather'] }],
      outcome: { handOver: false },
    };
    const decision = say('What is the weather in Oslo?', { rules: [never, ...base.rules] });
    expect(decision).toMatchObject({ do: 'answer', articleIds: [] });
    expect(decision.text).not.toContain('Shall I');
  });

  test('[H7] weak evidence answers nothing: the agent asks whether it is that, and a yes is the question', () => {
    const asks = say('do you ship to the USA', { rules: [] });
    expect(asks).toMatchObject({ do: 'answer', articleIds: ['1'] });
    const { title, body } = articles[1]!;
    expect(asks.text).toContain(`Is it about “${title}”?`);
    expect(asks.text).not.toContain(body.slice(0, 30));
    const yes = turn(
      [customer(1, 'do you ship to the USA'), agent(2, asks.text, title)],
      [customer(3, 'yes')],
    );
    expect(yes).toMatchObject({ do: 'answer', articleIds: ['1'] });
    expect(yes.text).not.toContain('Is it about');
  });

  test('[H7] what was guessed at is evidence of nothing, and nobody is asked twice in a row', () => {
    const asks = say('do you ship to the USA', { rules: [] });
    const guessed = [customer(1, 'do you ship to the USA'), agent(2, asks.text, articles[1]!.title)];
    const other = turn(guessed, [customer(3, 'What about zeppelins?')], { rules: [] });
    expect(other.text).toBe(say('What about zeppelins?', { rules: [] }).text);
    expect(other.text).not.toContain(articles[1]!.body.slice(0, 30));
    expect(turn(guessed, [customer(3, 'do you ship to the USA')], { rules: [] })).toMatchObject({
      do: 'handOver',
      reason: 'noAnswer',
    });
  });

  test('[H7] "no" to a guess is asked on, not waved off', () => {
    const guessed = [
      customer(1, 'ship usa'),
      agent(2, 'I am not sure what you need. Is it about “Shipping”?'),
    ];
    expect(turn(guessed, [customer(3, 'no')])).toMatchObject({
      do: 'answer',
      text: expect.stringContaining('few more words'),
    });
  });

  describe('a conversation resolved in the last days', () => {
    const day = 86_400_000;
    const resolved = { rules: [], resolvedAt: now - 2 * day };

    test('[H7] hands over at once when the customer says that it is not solved', () => {
      const text = 'It happened again, I was charged a third time';
      const decision = say(text, resolved);
      expect(decision).toMatchObject({ do: 'handOver', reason: 'notSolved', brief: { asked: text } });
      expect(say('Still: where is my order?', resolved)).toMatchObject({ reason: 'notSolved' });
    });

    test.each(['Again!!!', 'Hi, I got it again', 'Thanks. I have it again now'])(
      '[H7] no courtesy answers "%s"',
      (text) => {
        expect(say(text, resolved)).toMatchObject({ do: 'handOver', reason: 'notSolved' });
      },
    );

    test('[H7] "No" to what a person has said is no courtesy, unless they asked whether there is anything else', () => {
      const after = (...said: string[]) => say('No', { ...resolved, operator: { name: 'Ana', said } });
      expect(after('I have sent it again.', 'Does it work now?')).toMatchObject({ reason: 'notSolved' });
      expect(after('I have refunded it.')).toMatchObject({ reason: 'notSolved' });
      expect(after('Is there anything else I can do for you?')).toMatchObject({ do: 'answer' });
      expect(after('Haben Sie noch weitere Fragen?')).toMatchObject({ do: 'answer' });
      const answered = [agent(1, 'Shipping takes four days.')];
      expect(turn(answered, [customer(2, 'no')], resolved)).toMatchObject({ do: 'answer' });
    });

    test('[H7] small words that ask are no nod', () => {
      expect(say('And now?', resolved)).toMatchObject({ do: 'handOver', reason: 'noAnswer' });
    });

    test('[H7] hands over at once when the agent is not sure', () => {
      expect(say('do you ship to the USA', resolved)).toMatchObject({ do: 'handOver', reason: 'noAnswer' });
    });

    test('[H7] [T6] is answered when the agent is sure, thanked, and forgotten after seven days', () => {
      expect(say('where is my order', resolved)).toMatchObject({ do: 'answer' });
      expect(say('thanks!', resolved)).toMatchObject({ do: 'answer' });
      const before = { ...resolved, resolvedAt: now - 8 * day };
      expect(say('It happened again, where is my order?', before)).toMatchObject({ do: 'answer' });
    });
  });

  test('[C8] a burst of messages gets one answer that covers its questions', () => {
    const decision = turn(
      [],
      [
        customer(1, 'hi'),
        customer(2, 'I bought boots and they are too small'),
        customer(3, 'can I swap them?'),
      ],
    );
    expect(decision).toMatchObject({ do: 'answer' });
    expect(decision.text).toContain('exchange');
  });

  test.each([
    [[customer(1, 'How long does shipping take?'), customer(2, 'You charged me twice!')]],
    [[customer(1, 'I was charged a third time'), customer(2, 'and when is the showroom open?')]],
  ])('[C8] [H1] a rule is asked of the whole burst, whatever an article answers of it: %#', (burst) => {
    expect(turn([], burst)).toMatchObject({ do: 'handOver', rule: { name: 'Payment trouble or fraud' } });
  });

  test('[C8] two questions in one burst are both answered', () => {
    const decision = turn(
      [],
      [customer(1, 'where is my parcel'), customer(2, 'and do you deliver to Norway?')],
    );
    expect(decision).toMatchObject({ do: 'answer', articleIds: ['0', '1'] });
    expect(decision.text).toContain('Norway');
  });

  test('[P4] a question about one thing is not answered with everything about its object', () => {
    expect(say('Can I return my jacket?')).toMatchObject({ articleIds: ['2'] });
  });

  test('[P4] a story before the question does not hide it', () => {
    const text = 'My cousin from Lisbon visited and we went to the lake on Monday, where is my parcel?';
    expect(say(text)).toMatchObject({ articleIds: ['0'] });
  });

  test.each([
    ['hello', 'Hello'],
    ['thank you!', 'welcome'],
    ['ok', 'All right'],
    ['?', 'more words'],
  ])('[P4] "%s" gets courtesy and no ticket', (text, expected) => {
    const decision = say(text);
    expect(decision.do).toBe('answer');
    expect(decision.text).toContain(expected);
  });

  test('[P4] a follow-up is read with the topic before it', () => {
    const before = [
      customer(1, 'my zip is broken, do you repair it?'),
      agent(2, 'We repair it free of charge.', 'Warranty and repairs'),
    ];
    const decision = turn(before, [customer(3, 'and how long does it take?')]);
    expect(decision).toMatchObject({ do: 'answer', articleIds: ['5'] });
    expect(decision.text).toContain('2 to 3 weeks');
  });

  test('[H5] an email address alone is noted', () => {
    expect(say('my email is ann@example.test')).toMatchObject({ do: 'noteEmail', email: 'ann@example.test' });
    expect(say('What is your email address')).toMatchObject({ do: 'answer' });
  });
});

describe('after a person was here', () => {
  const operator = {
    name: 'Ana',
    said: ['I have refunded your jacket, the amount of €80 is on its way to your card.'],
    promised: 'The money is on the account by Friday.',
  };

  test('[lesson L7] what was settled before triggers nothing again, and what was done is known', () => {
    const decision = turn([], [customer(9, 'When will the refunded amount be on my account?')], { operator });
    expect(decision).toMatchObject({ do: 'answer' });
    expect(decision.text).toContain('by Friday');
    expect(decision.text).toContain('Ana wrote to you');
  });

  const names = ['Robin', 'Jo Miller', 'Ana'];
  test.each([
    'Thanks Ana!',
    'thank you so much, Ana',
    'Thanks, Robin',
    'Many thanks\nJo',
    'Thanks Ana, bye! Jo Miller',
  ])('[H7] “%s” is answered with courtesy, not with what she wrote', (text) => {
    const resolvedAt = now - 60_000;
    for (const more of [{ operator }, { operator, resolvedAt }]) {
      const decision = turn([], [customer(9, text)], { ...more, names });
      expect(decision).toMatchObject({ do: 'answer', articleIds: [] });
      expect(decision.text).toMatch(/^You are welcome/);
    }
  });
  test.each([
    ['Refund Helper', 'Hi, refund please'],
    ['Returns', 'Hi, returns?'],
    ['Shipping Bot', 'Hi, shipping?'],
    ['Shipping Bot', 'Thanks. Shipping?'],
    ['Shipping Bot', 'Thanks, and shipping please'],
    ['Mark', 'Please mark it'],
  ])('[H7] with a “%s” here, “%s” asks what it asked without', (name, text) => {
    const without = turn([], [customer(9, text)]);
    expect(turn([], [customer(9, text)], { names: [name] })).toEqual(without);
    expect(without.text).not.toMatch(/^(You are welcome|Hello!|All right)/);
  });
  test.each([
    'Ana',
    'Ana?',
    'Jo Miller',
    'Thanks Ana, where is my refund?',
    'Thanks Bob',
    'Hi, is Ana there?',
  ])('[H7] “%s” is no courtesy', (text) => {
    expect(turn([], [customer(9, text)], { operator, names }).text).not.toMatch(
      /^(You are welcome|All right)/,
    );
  });

  test('[lesson L7] "when will I get it?" is about what the operator promised', () => {
    expect(turn([], [customer(9, 'when will I get it?')], { operator }).text).toContain('by Friday');
  });

  test('[lesson L6] the agent answers new questions as ever', () => {
    expect(turn([], [customer(9, 'how long does shipping take')], { operator })).toMatchObject({
      articleIds: ['1'],
    });
  });

  describe('what they wrote for the agent', () => {
    const noted = { sequence: 8, text: 'About the Alpine jacket, size 42: she waits for the exchange' };
    const told = { operator: { ...operator, noted } };

    test('[C10] is never said to the customer', () => {
      for (const text of ['Which jacket size do I wait for?', 'what about it?', 'Alpine jacket exchange?']) {
        expect(turn([], [customer(9, text)], told).text).not.toMatch(/size 42|she waits/);
      }
    });

    test('[C10] says what a follow-up is about', () => {
      const just = { operator: { name: 'Ana', said: [], noted } };
      const decision = turn([], [customer(9, 'how does it work?')], just);
      expect(decision).toMatchObject({ do: 'answer', text: expect.stringContaining('exchange') });
      expect(turn([], [customer(9, 'how does it work?')])).not.toMatchObject({ text: decision.text });
    });

    test('[C10] [H2] stands in the next brief, beside the boundary it came with', () => {
      expect(turn([], [customer(9, 'human please')], told)).toMatchObject({
        brief: { facts: [{ text: `The agent was told: ${noted.text}`, sequence: 8 }] },
      });
    });
  });
});

describe('the brief', () => {
  test('[H2] tells what was asked, the facts with their messages, what was tried and what blocks', () => {
    const before = [
      customer(1, 'Hi, my order number is 48213, I paid €129 for the boots'),
      agent(2, 'Open the link …', 'Where is my order? Tracking a parcel'),
    ];
    const decision = turn(before, [customer(3, 'I want a refund, I bought them 45 days ago')]);
    expect(decision).toMatchObject({
      do: 'handOver',
      brief: {
        asked: 'I want a refund, I bought them 45 days ago',
        facts: [
          { text: 'Order number: 48213', sequence: 1 },
          { text: 'Amount: €129', sequence: 1 },
          { text: '45 days ago, says the customer', sequence: 3 },
        ],
        tried: ['Answered from “Where is my order? Tracking a parcel”'],
        blockedBy: 'The time limit in our article has passed.',
      },
    });
  });
});

describe('files', () => {
  const photo = (sequence: number, text = ''): Spoken => ({
    ...customer(sequence, text),
    files: ['dent.png'],
  });

  test('[H7] what stands in files alone is for a person, and the brief names them', () => {
    expect(turn([], [photo(1)])).toMatchObject({
      do: 'handOver',
      reason: 'agentAsked',
      brief: { asked: 'Sent dent.png', blockedBy: 'The agent looks into no files.' },
    });
    expect(turn([], [photo(1), photo(2, '\u200b')])).toMatchObject({ do: 'handOver', reason: 'agentAsked' });
  });

  test('[P4] a question with a file is a question', () => {
    expect(turn([], [photo(1, 'where is my order')])).toMatchObject({ do: 'answer', articleIds: ['0'] });
    expect(turn([], [photo(1), customer(2, 'where is my order')])).toMatchObject({ do: 'answer' });
    const asked = turn([], [photo(1, 'I want to speak to a human')]);
    expect(asked).toMatchObject({ brief: { asked: 'I want to speak to a human (sent dent.png)' } });
  });
});

describe('a text of any length', () => {
  const wall = (text: string) => text.repeat(Math.ceil(20_000 / text.length)).slice(0, 20_000);

  test.each(['return? ', 'where is my order? ', '1', 'a@b.', 'ขอคืนเงิน', '😀', '> '])(
    '[P4] 20,000 characters of "%s" are handed over at once',
    (text) => {
      expect(say(wall(text))).toMatchObject({
        do: 'handOver',
        reason: 'agentAsked',
        rule: null,
        brief: { blockedBy: 'It is longer than the agent can judge.' },
      });
    },
  );

  test('[P4] a burst is judged as a whole: many messages are one long one', () => {
    const burst = Array.from({ length: 60 }, (_, at) => customer(at + 1, 'Where is my order? '.repeat(5)));
    expect(turn([], burst)).toMatchObject({ do: 'handOver', reason: 'agentAsked' });
  });

  test('[H1] who asks for a person in a long text is heard, and rules for its words hold', () => {
    expect(say(`I want to speak to a human. ${wall('and so on ')}`)).toMatchObject({
      reason: 'customerAsked',
    });
    const angry: Rule = {
      name: 'Lawyer',
      when: [{ type: 'keywords', anyOf: ['my lawyer'] }],
      outcome: { handOver: true, priority: 'urgent', tags: ['legal'] },
    };
    expect(say(`My lawyer says: ${wall('and so on ')}`, { rules: [angry] })).toMatchObject({
      reason: 'agentAsked',
      rule: { name: 'Lawyer' },
    });
  });

  test('[P4] facts are read from the newest of what was written, and no more of it than fits', () => {
    const spoken = Array.from({ length: 100 }, (_, at) =>
      customer(at + 1, `order ${10_000 + at} ${'x'.repeat(2_000)}`),
    );
    const decision = turn(spoken, [customer(101, 'I want to speak to a human')]);
    expect(decision).toMatchObject({ reason: 'customerAsked' });
    const facts = decision.do === 'handOver' ? decision.brief.facts : [];
    expect(facts.map(({ sequence }) => sequence)).toEqual([97, 98, 99, 100]);
  });

  /** Counts how often a term is looked up: what ranking costs. */
  class CountingLibrary extends Library<string> {
    lookups = 0;
    override knows(term: string) {
      this.lookups++;
      return super.knows(term);
    }
  }

  test.each([
    ['the same question', () => 'where is my jacket order? '],
    ['other questions', (at: number) => `where is my jacket order a${at}? `],
    ['parts of one question', (at: number) => `where is my jacket order a${at}, `],
  ])('[P4] however often it asks (%s), a few questions are ranked by themselves', (_, question) => {
    const text = `${Array.from({ length: 120 }, (_each, at) => question(at)).join('')}?`;
    const known = new CountingLibrary(articles);
    findAnswers(text, known, '', null, () => false);
    const once = new Set(termsOf(text)).size;
    // The whole, the questions in it, and the parts of those: the first few, of four terms each.
    expect(known.lookups).toBeLessThanOrEqual(2 * once + 2 * mostQuestions * 4);
  });
});
