import { describe, expect, test } from 'vitest';
import { automaticOf } from './automatic';
import { fixtureMails, noFixtures, noteOnFixtures } from './fixtures.setup';
import { parseMail } from './parseMail';

describe('[M4] mail that no person wrote', () => {
  const of = (headers: Record<string, string>, from = 'ana@x.example', subject = 'Hi') =>
    automaticOf(
      Object.entries(headers).map(([name, value]) => ({ name, value })),
      from,
      subject,
      ['support@d.example'],
    );

  test('[M4] is known by its headers, its sender or its subject, and says by which', () => {
    const cases: [Record<string, string>, string, string?, string?][] = [
      [{ 'X-Baton-Loop': 'a' }, 'loop ownLoop'],
      [{}, 'loop ownAddress', 'support@d.example'],
      [{ 'Content-Type': 'multipart/report; report-type=feedback-report' }, 'feedback feedbackReport'],
      [
        { 'Content-Type': 'multipart/report; boundary=x; report-type="delivery-status"' },
        'bounce deliveryReport',
      ],
      [{ 'Content-Type': 'multipart/report; report-type=disposition-notification' }, 'autoReply readReceipt'],
      [{ 'X-Failed-Recipients': 'a@b' }, 'bounce failedRecipients'],
      [{}, 'bounce mailerDaemon', 'mailer-daemon@x.example'],
      [{}, 'bounce mailerDaemon', 'postmaster@x.example'],
      [{ 'List-Id': '<news.x>' }, 'list listHeader'],
      [{ 'List-Unsubscribe': '<https://x>' }, 'list listHeader'],
      [{ Precedence: 'Bulk' }, 'list precedence'],
      [{ precedence: 'auto_reply' }, 'autoReply precedence'],
      [{ 'Auto-Submitted': 'auto-replied (vacation)' }, 'autoReply autoSubmitted'],
      [{ 'X-Autoreply': 'yes' }, 'autoReply autoReplyHeader'],
      [{ 'Return-Path': ' <> ' }, 'autoReply nullReturnPath'],
      [{}, 'autoReply noReplySender', 'no-reply@x.example'],
      [{}, 'autoReply noReplySender', 'noreply+7@x.example'],
      [{}, 'autoReply noReplySender', 'owner-list@x.example'],
      [{}, 'autoReply subject', 'ana@x.example', 'Abwesenheitsnotiz: Bestellung'],
      [{}, 'autoReply subject', 'ana@x.example', 'Out of Office'],
    ];
    for (const [headers, expected, from, subject] of cases) {
      const found = of(headers, from, subject);
      expect(`${found?.kind} ${found?.reason}`, JSON.stringify([headers, from, subject])).toBe(expected);
    }
  });

  test('[M4] is not what a person wrote about it, nor what asks for silence', () => {
    for (const subject of [
      'Re: Automatic reply: Hi',
      'Automatic reply broken',
      'Out of office hours?',
      'autosvarar',
      '',
    ])
      expect(of({}, undefined, subject), subject).toBeNull();
    const people: Record<string, string>[] = [
      { 'Auto-Submitted': 'no' },
      { 'Auto-Submitted': '' },
      { Precedence: 'first-class' },
      { 'Return-Path': '<a@b>' },
      { 'Content-Type': 'multipart/mixed' },
      { 'Feedback-ID': 'x' },
    ];
    for (const headers of people) expect(of(headers), JSON.stringify(headers)).toBeNull();
    expect(of({ 'X-Auto-Response-Suppress': 'All' })).toBeNull();
    for (const from of ['reply@x.example', 'norman@x.example', 'request@x.example'])
      expect(of({}, from), from).toBeNull();
  });
});

describe('[M4] reports', () => {
  const report = (type: string, status: string, original: string, text = 'Sorry') =>
    parseMail(
      [
        'From: x@x.example',
        `Content-Type: multipart/report; report-type=${type}; boundary=b`,
        'References: <thread@x>',
        '',
        '--b',
        '',
        text,
        '--b',
        `Content-Type: message/${type}`,
        '',
        status,
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        original,
        '--b--',
      ].join('\r\n'),
    );
  const failed = (recipient: string, status: string, action = 'failed') =>
    `Final-Recipient: rfc822; ${recipient}\r\nAction: ${action}\r\nStatus: ${status}\r\n`;

  test('[M4] a bounce says whom it did not reach, whether for good, and which mail of ours it was', async () => {
    const { bounces } = await report(
      'delivery-status',
      `Reporting-MTA: dns; x\r\n\r\n${failed('A@y.example', '5.1.1')}\r\n${failed('b@y.example', '4.2.2', 'delayed')}\r\n${failed('c@y.example', '2.0.0', 'delivered')}`,
      'Message-ID:\t<m@ses>\r\nSubject: x',
    );
    const originalMessageIds = ['<m@ses>', '<thread@x>'];
    expect(bounces).toEqual([
      { recipient: 'a@y.example', permanent: true, originalMessageIds },
      { recipient: 'b@y.example', permanent: false, originalMessageIds },
    ]);
    expect((await report('delivery-status', failed('c@y.example', '2.0.0', 'relayed'), '')).bounces).toEqual(
      [],
    );
    const forwarded = `Original-Recipient: rfc822;a@y.example\r\n${failed('inner@z.example', '5.0.0')}`;
    expect((await report('delivery-status', forwarded, '')).bounces).toMatchObject([
      { recipient: 'a@y.example' },
    ]);
  });

  test('[M4] a complaint names the mail and whom it went to', async () => {
    const { automatic, complaints } = await report(
      'feedback-report',
      'Feedback-Type: abuse\r\nOriginal-Rcpt-To: <a@y.example>',
      'Message-ID: <m@ses>',
    );
    expect(automatic?.kind).toBe('feedback');
    expect(complaints).toEqual([{ recipient: 'a@y.example', originalMessageIds: ['<m@ses>', '<thread@x>'] }]);
  });

  test.skipIf(noFixtures)(`[M4] from the wild are known for what they are${noteOnFixtures}`, async () => {
    const found: Record<string, string> = {};
    for (const { name, raw } of [
      ...fixtureMails('bounces'),
      ...fixtureMails('auto-replies'),
      ...fixtureMails('mime'),
    ]) {
      const { automatic, bounces, complaints } = await parseMail(raw);
      const whom = [...bounces, ...complaints].map(
        (each) =>
          `${each.recipient}${'permanent' in each && each.permanent ? '!' : ''}/${each.originalMessageIds.length}`,
      );
      if (automatic !== null) found[name] = [automatic.kind, ...whom].join(' ');
    }
    expect(found).toEqual({
      'mail-gem-empty_in_reply_to': 'list',
      'mail-gem-encoding_madness': 'autoReply',
      'mail-gem-multi_address_bounce1': [
        'bounce bbbbvhvbbvkjbhfbvbvjhb@gmail.com!/1 bscdbcjhasbcjhbdscbhbsdhcbj@gmail.com!/1',
        'egyfefsdvsfvvhjsd@gmail.com!/1 kfhejkfbsjkjsbhds@gmail.com!/1',
        'qfvhgsvhgsduiohncdhcvhsdfvsfygusd@gmail.com!/1',
      ].join(' '),
      'mail-gem-report_422': 'bounce fraser@oooooooo.com.au/1',
      'mail-gem-report_530': 'bounce edwin@zzzzzzz.com!/1',
      'mailparser-delivery-status': 'bounce xxxx@xxxx.com!/1',
      'postalmime-arf': 'feedback user@example.com/1',
      'postalmime-bounce': 'bounce htfgvhyufthdgcvhgjyfthgc@ethereal.email!/1',
      'sisimai-arf-01': 'feedback null/0',
      'sisimai-lhost-amazonses-01': 'bounce shironeko@example.co.jp!/1',
      // Prose that names the address in no form of its own: known for a bounce, of nobody.
      'sisimai-lhost-exchange2003-01': 'bounce',
      'sisimai-lhost-gmail-01': 'bounce userunknown@example.jp!/1',
      'sisimai-lhost-googleworkspace-01': 'bounce neko-nyaan-cat-meeting@google-groups.example.com/1',
      'sisimai-lhost-office365-02': 'bounce',
      'sisimai-lhost-outlook-01': 'bounce kijitora@example.jp!/1',
      'sisimai-lhost-postfix-01': 'bounce kijitora@example.org!/0',
      'sisimai-lhost-yahoo-01': 'bounce kijitora@example.org!/1',
      'sisimai-not-rb-issue-368-bug': 'bounce',
      'sisimai-rfc3464-01': 'bounce userunknown@bouncehammer.jp!/1',
      'sisimai-rfc3464-03': 'bounce kijitora@example.com!/1',
      'sisimai-rfc3834-01': 'autoReply',
      'sisimai-rfc3834-02': 'autoReply',
    });
  });
});
