import { describe, expect, test } from 'vitest';
import { readAccountNews, readTemplateNews, readUserIdUpdate } from './accounts';
import { fixtureBodies, noFixtures, noteOnFixtures } from './fixtures.setup';
import { readMessage, type WhatsappMessage } from './messages';
import { readStatus } from './statuses';
import { readTellings, type Telling } from './tellings';

/** Told then, by our clock. */
const later = Date.UTC(2027, 0);

const number = { display_phone_number: '15550100', phone_number_id: '42' };

/** A body as the provider sends it, of these changes. */
function bodyOf(...changes: { field?: string; value: object }[]): string {
  const entry = changes.map(({ field = 'messages', value }) => ({
    id: '7',
    changes: [{ field, value: { messaging_product: 'whatsapp', metadata: number, ...value } }],
  }));
  return JSON.stringify({ object: 'whatsapp_business_account', entry });
}

const read = async (body: string): Promise<Telling[]> => {
  const told = await readTellings(body);
  if (told === null) throw new Error('No body of WhatsApp.');
  return told;
};

const contact = { wa_id: '4915112345', user_id: 'DE.1', profile: { name: 'Jo' } };
const message = (id: string, more: object = {}) => ({
  id,
  from: '4915112345',
  timestamp: '1697043223',
  type: 'text',
  text: { body: `Hello ${id}` },
  ...more,
});

async function messageOf(
  given: object,
  type: 'messages' | 'message_echoes' = 'messages',
): Promise<WhatsappMessage> {
  const [telling] = await read(bodyOf({ value: { contacts: [contact], [type]: [given] } }));
  return readMessage(type === 'messages' ? 'message' : 'echo', telling!.payload, later)!;
}

test('[M7] what names no time was said when it was told, and nothing was said after that', async () => {
  for (const timestamp of [undefined, null, '', 'soon', '0', -5, '99999999999'])
    expect((await messageOf(message('m', { timestamp }))).at, String(timestamp)).toBe(later);
  expect((await messageOf(message('m', { timestamp: 1_697_043_223 }))).at).toBe(1_697_043_223_000);
});

describe('a webhook is taken apart', () => {
  test('[M1] everything in a batch is told of once, each under its own key and to its own number', async () => {
    const told = await read(
      bodyOf(
        { value: { contacts: [contact], messages: [message('wamid.1'), message('wamid.2')] } },
        {
          value: {
            metadata: { phone_number_id: '43' },
            statuses: [
              { id: 'wamid.9', status: 'sent', timestamp: '1' },
              { id: 'wamid.9', status: 'read', timestamp: '2' },
            ],
          },
        },
      ),
    );
    expect(told.map(({ key, phoneNumberId }) => [key, phoneNumberId])).toEqual([
      ['message wamid.1', '42'],
      ['message wamid.2', '42'],
      ['status wamid.9 sent', '43'],
      ['status wamid.9 read', '43'],
    ]);
    expect(new Set(told.map(({ accountId }) => accountId))).toEqual(new Set(['7']));
  });

  test('[E2] what is not known is told of as well, under the hash of what it says', async () => {
    const strange = { field: 'moods', value: { mood: 'fine' } };
    const [first] = await read(bodyOf(strange));
    const [again] = await read(bodyOf(strange));
    const [other] = await read(bodyOf({ field: 'moods', value: { mood: 'bad' } }));
    expect(first).toMatchObject({ type: 'other', phoneNumberId: '42' });
    expect(again!.key).toBe(first!.key);
    expect(other!.key).not.toBe(first!.key);
    const [broken] = await read('{"object":"whatsapp_business_account","entry":[{"id":"7","changes":[7]}]}');
    expect(broken).toMatchObject({ type: 'other', accountId: '7' });
    const [nameless] = await read(bodyOf({ value: { messages: [{ type: 'text' }] } }));
    expect(nameless!.key).toMatch(/^message [0-9a-f]{64}$/);
    expect(readMessage('message', nameless!.payload, later)).toBeNull();
  });

  test('[E2] what is no body of WhatsApp is none', async () => {
    for (const body of ['', 'null', '[]', '{"object":"page","entry":[]}', '{"entry":[]}', '{"object"'])
      expect(await readTellings(body)).toBeNull();
  });

  test('of several people in one batch each message has its own', async () => {
    const mia = { wa_id: '4477009', profile: { name: 'Mia' } };
    const messages = [message('wamid.1'), message('wamid.2', { from: '4477009' })];
    const told = await read(bodyOf({ value: { contacts: [contact, mia], messages } }));
    expect(told.map(({ payload }) => readMessage('message', payload, later)!.person)).toEqual([
      { phone: '4915112345', userId: 'DE.1', name: 'Jo' },
      { phone: '4477009', name: 'Mia' },
    ]);
  });
});

describe('messages', () => {
  test('who writes without a number is known by their user id', async () => {
    const { from: _from, ...rest } = message('wamid.1', { from_user_id: 'DE.5' });
    const value = { contacts: [{ user_id: 'DE.5', profile: { username: 'jo.k' } }], messages: [rest] };
    const [telling] = await read(bodyOf({ value }));
    expect(readMessage('message', telling!.payload, later)!.person).toEqual({ userId: 'DE.5', name: 'jo.k' });
  });

  test('a file, with its words', async () => {
    const image = { id: 'media.1', sha256: 'abc=', mime_type: 'image/jpeg', caption: 'Look' };
    expect((await messageOf(message('wamid.1', { type: 'image', text: undefined, image }))).content).toEqual({
      what: 'said',
      text: 'Look',
      media: { kind: 'image', id: 'media.1', sha256: 'abc=' },
    });
  });

  test('an answer, a reaction and its end, an edit, a revoke', async () => {
    expect((await messageOf(message('wamid.1', { context: { id: 'wamid.0' } }))).replyTo).toBe('wamid.0');
    const reaction = (more: object) =>
      messageOf({
        ...message('wamid.2'),
        type: 'reaction',
        text: undefined,
        reaction: { message_id: 'wamid.0', ...more },
      });
    expect((await reaction({ emoji: '👍🏽' })).content).toEqual({
      what: 'reaction',
      to: 'wamid.0',
      emoji: '👍🏽',
    });
    expect((await reaction({})).content).toEqual({ what: 'reaction', to: 'wamid.0', emoji: '' });
    const edit = { original_message_id: 'wamid.1', message: { type: 'text', text: { body: 'Better' } } };
    expect((await messageOf({ ...message('wamid.3'), type: 'edit', text: undefined, edit })).content).toEqual(
      {
        what: 'edit',
        of: 'wamid.1',
        text: 'Better',
      },
    );
    const revoke = { original_message_id: 'wamid.1' };
    expect(
      (await messageOf({ ...message('wamid.4'), type: 'revoke', text: undefined, revoke })).content,
    ).toEqual({
      what: 'revoke',
      of: 'wamid.1',
    });
  });

  test('what cannot be shown is told of by its kind', async () => {
    const poll = { type: 'unsupported', text: undefined, unsupported: { type: 'poll' } };
    const content = { what: 'said', text: '' };
    expect((await messageOf(message('wamid.1', poll))).content).toEqual({ ...content, unsupported: 'poll' });
    const future = await messageOf(message('wamid.2', { type: 'hologram', text: undefined, hologram: {} }));
    expect(future.content).toEqual({ ...content, unsupported: 'hologram' });
    expect((await messageOf(message('wamid.3', { text: { body: '\u200b' } }))).content).toEqual({
      ...content,
      unsupported: 'text',
    });
  });

  test('[M9] other ids of the same person are told of as such', async () => {
    const system = { type: 'user_changed_number', wa_id: '4915199999', user_id: 'DE.2', body: 'Jo changed' };
    const told = await messageOf({ ...message('wamid.1'), type: 'system', text: undefined, system });
    expect(told.content).toEqual({ what: 'newIds', person: { phone: '4915199999', userId: 'DE.2' } });
    expect(told.person.phone).toBe('4915112345');
    const update = {
      user_id_update: [{ user_id: { previous: 'DE.1', current: 'DE.3' }, wa_id: '4915112345' }],
    };
    const [telling] = await read(bodyOf({ field: 'user_id_update', value: update }));
    expect(telling!.type).toBe('userId');
    expect(readUserIdUpdate(telling!.payload)).toEqual({
      previous: 'DE.1',
      current: 'DE.3',
      phone: '4915112345',
    });
  });

  test('an echo is about whom it went to; a message of a group is known as one', async () => {
    const echo = { ...message('wamid.1'), from: '15550100', to: '4915112345', to_user_id: 'DE.1' };
    expect((await messageOf(echo, 'message_echoes')).person).toMatchObject({
      phone: '4915112345',
      userId: 'DE.1',
    });
    expect((await messageOf(message('wamid.2', { group_id: 'g1' }))).isGroup).toBe(true);
  });
});

describe('accounts', () => {
  const newsOf = async (field: string, value: object) => {
    const [telling] = await read(bodyOf({ field, value }));
    return { account: readAccountNews(telling!.payload), template: readTemplateNews(telling!.payload) };
  };

  test('one that may send no more pauses, with a sentence and the way on; one that is back goes on', async () => {
    const ban = await newsOf('account_update', {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: ['DISABLE'] },
    });
    expect(ban.account).toMatchObject({ what: 'paused', said: expect.stringContaining('Account quality') });
    expect((await newsOf('account_update', { event: 'PARTNER_REMOVED' })).account).toMatchObject({
      what: 'paused',
    });
    const back = { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } };
    expect((await newsOf('account_update', back)).account).toEqual({ what: 'back' });
    expect((await newsOf('account_update', { event: 'MM_LITE_TERMS_SIGNED' })).account).toBeNull();
  });

  test('a template that was paused is known by its name and language', async () => {
    const value = {
      event: 'PAUSED',
      message_template_name: 'order',
      message_template_language: 'en',
      reason: 'NONE',
    };
    expect((await newsOf('message_template_status_update', value)).template).toEqual({
      name: 'order',
      language: 'en',
      status: 'PAUSED',
    });
  });
});

describe(`what others got from WhatsApp${noteOnFixtures}`, () => {
  test.skipIf(noFixtures)(
    '[M1] is told of whole: nothing is lost, nothing throws, twice is once',
    async () => {
      const bodies = fixtureBodies();
      expect(bodies.length).toBeGreaterThan(35);
      for (const { name, body } of bodies) {
        const told = await read(body);
        expect(told.length, name).toBe(1);
        expect((await read(body))[0]!.key, name).toBe(told[0]!.key);
        const { type, payload } = told[0]!;
        if (type === 'message' || type === 'echo') {
          const { content } = readMessage(type, payload, later)!;
          if (content.what === 'said')
            expect(content.text || content.media || content.unsupported, name).toBeTruthy();
        }
        if (type === 'status' && !name.endsWith('group')) expect(readStatus(payload), name).not.toBeNull();
      }
      const types = new Set(
        (await Promise.all(bodies.map(({ body }) => read(body)))).flat().map(({ type }) => type),
      );
      expect(types).toEqual(new Set(['message', 'echo', 'status', 'template', 'other']));
    },
  );

  test.skipIf(noFixtures)('reads as its senders meant it', async () => {
    const said = new Map<string, unknown>();
    for (const { name, body } of fixtureBodies()) {
      const [{ type, payload } = { type: 'other', payload: '' }] = await read(body);
      if (type === 'message' || type === 'echo') said.set(name, readMessage(type, payload, later)!.content);
    }
    expect(said.get('message chosen_location')).toHaveProperty(
      'text',
      expect.stringContaining('Facebook HQ'),
    );
    expect(said.get('message contacts')).toHaveProperty(
      'text',
      expect.stringContaining('Chandler Bing, +1 555'),
    );
    expect(said.get('message order')).toHaveProperty(
      'text',
      expect.stringContaining('3 × HAMBURGER at 30 ILS'),
    );
    expect(said.get('message unsupported_with_type')).toHaveProperty('unsupported', 'pool');
    expect(said.get('callback_selection description')).toHaveProperty('text', 'title\ndescription');
    expect(said.get('edited_message image')).toMatchObject({ what: 'edit', text: 'Updated image caption' });
    expect(said.get('outgoing_message delete')).toEqual({ what: 'revoke', of: 'wamid.zzzzzz' });
    expect(said.get('message unreaction_no_emoji')).toMatchObject({ what: 'reaction', emoji: '' });
  });
});
