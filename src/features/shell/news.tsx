import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { toldApart } from '../../../convex/shared/needs/apart';
import { needWords } from '../../../convex/shared/needs/words';
import { keysOf } from '../../actions/preferences';
import { runAction, useAction } from '../../actions/registry';
import { type Need, useDismiss, useNeeds, useNeedsAtFirst, useNoticeOf } from '../../convex/needs';
import { useMembership } from '../../convex/session';
import { useIsLooking } from '../../lib/activity';
import { describeKeys } from '../../lib/keys';
import { leftUnsent } from '../../lib/leftUnsent';
import { setTabNews } from '../../lib/tabTitle';
import { notify } from '../../ui/toast';
import { Pushed } from './pushed';
import { useNeedNames } from './useNeedNames';
import { useNotices } from './useNotices';

/** Says what this person has to see to, wherever they are, and takes it back once it is handled. Shows nothing itself. */
export function News(): ReactNode {
  const opened = useParams({ strict: false, select: (params: { number?: string }) => params.number });
  const open = useOpenNeed();
  useTabNews();
  useToasts(opened === undefined ? null : Number(opened), open);
  useNotSent(opened);
  const newest = useNeeds()?.needs[0];
  useAction('go.newest', {
    run: () => open(newest!),
    enabled: () => newest !== undefined || 'Nothing new has come to you.',
  });
  return <Pushed />;
}

const elsewhere: ReadonlySet<Need['kind']> = new Set(['taken', 'mention', 'help']);

/** To its ticket, in the list it stands in. */
export function useOpenNeed() {
  const navigate = useNavigate();
  return ({ kind, number }: Need) => {
    const params = { view: elsewhere.has(kind) ? 'all' : 'mine', number: String(number) };
    void navigate({ to: '/inbox/$view/$number', params });
  };
}

/** [M2] Says once of each ticket what was sent there before the page was closed, and never arrived: opened, it is in its field. */
function useNotSent(opened: string | undefined) {
  const { memberId } = useMembership();
  const navigate = useNavigate();
  const said = useRef(new Map<string, () => void>()).current;
  useEffect(() => {
    if (opened !== undefined) said.get(opened)?.();
  }, [opened, said]);
  useEffect(() => {
    void leftUnsent(`${memberId}.`, { claim: false }).then((left) => {
      const numbers = new Set(left.flatMap(({ sent, number }) => (sent ? String(number) : [])));
      for (const number of numbers) {
        if (number === opened) continue;
        const run = () => void navigate({ to: '/inbox/$view/$number', params: { view: 'all', number } });
        const text = `What you wrote in #${number} was not sent: the desk could not be reached.`;
        said.set(number, notify(text, { tone: 'bad', stays: true, action: { label: 'Open', run } }));
      }
    });
    // As the page was opened; what comes later was left by nobody.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [memberId]);
}

function useTabNews() {
  const mine = useNeeds();
  const nameOf = useNeedNames();
  const newest = mine?.needs[0];
  const words = newest && nameOf && needWords(newest, nameOf(newest));
  const count = mine?.needs.length ?? 0;
  useEffect(() => {
    setTabNews(count, words);
    return () => setTabNews(0);
  }, [count, words]);
}

/** More than one reads while they stay: then one line says how many, beside what is told apart. */
const maxToasts = 3;
const keyOf = ({ ticketId, kind, at }: Need) => `${ticketId} ${kind} ${at}`;
const allKey = 'all';

/** Each once, and nothing of the ticket one looks at; what came before the page did, only where somebody took it. */
function useToasts(openNumber: number | null, open: (need: Need) => void) {
  const { teamId } = useMembership();
  const mine = useNeeds();
  const nameOf = useNeedNames();
  const dismiss = useDismiss();
  const isLooking = useIsLooking();
  const noticeOf = useNoticeOf();
  const notices = useNotices(openNumber);
  const atFirst = useNeedsAtFirst();
  const known = useRef<Set<string> | null>(null);
  const shown = useRef(new Map<string, () => void>());

  useEffect(() => {
    if (!mine || !nameOf || !noticeOf) return;
    const isFirst = known.current === null;
    const before = known.current ?? new Set(atFirst.map(keyOf));
    const keys = new Set(mine.needs.map(keyOf));
    known.current = keys;
    notices.takeBack((key) => keys.has(key));
    takeBack((key) => key !== allKey && !keys.has(key));
    if (keys.size === 0) takeBack(() => true);
    const isNews = (need: Need) => !before.has(keyOf(need));
    const isTold = (need: Need) => isNews(need) || (isFirst && need.kind === 'taken');
    const isSeen = ({ number }: Need) => isLooking && number === openNumber;
    const come = mine.needs.filter((need) => isTold(need) && !isSeen(need));
    if (come.length === 0) return;
    notices.tell(
      come.filter(isNews).map((need) => ({
        need,
        key: keyOf(need),
        words: needWords(need, nameOf(need)),
        open: () => open(need),
      })),
    );
    const said = come.filter(({ kind }) => noticeOf(kind).toast);
    if (said.length === 0) return;
    const areMany = shown.current.has(allKey) || shown.current.size + said.length > maxToasts;
    const apart = new Set((areMany ? toldApart(mine.needs) : said).map(keyOf));
    const isOther = (key: string) => key !== allKey && !apart.has(key);
    if (areMany && [...shown.current.keys(), ...said.map(keyOf)].some(isOther))
      tellAll(mine.needs.length - apart.size, isOther);
    for (const need of said.toReversed()) if (apart.has(keyOf(need))) tell(need, nameOf(need));
    // Only what comes and goes is told, not who listens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [mine, nameOf === undefined, noticeOf === undefined]);

  function takeBack(isOver: (key: string) => boolean) {
    for (const [key, end] of shown.current) {
      if (!isOver(key)) continue;
      end();
      shown.current.delete(key);
    }
  }

  function tell(need: Need, by: string | undefined) {
    const key = keyOf(need);
    const { kind, ticketId } = need;
    const [keys] = keysOf('go.newest');
    const isTaken = kind === 'taken';
    // The key opens the newest: said where there is no other to take it for, and where there are keys.
    const isAlone = shown.current.size === 0 && !matchMedia('(pointer: coarse)').matches;
    const label = keys && isAlone && !isTaken ? `Open (${describeKeys(keys).join(' ')})` : 'Open';
    const end = notify(`${needWords(need, by)}.${isTaken && by ? ' What you wrote there is kept.' : ''}`, {
      ...(isTaken && { tone: 'bad', stays: true }),
      action: { label, run: () => open(need) },
      onDismiss: () => {
        shown.current.delete(key);
        if (isTaken) void dismiss({ teamId, ticketId, kind }).catch(() => {});
      },
    });
    shown.current.set(key, end);
  }

  function tellAll(count: number, isOther: (key: string) => boolean) {
    takeBack((key) => key === allKey || isOther(key));
    const end = notify(`${count} new for you.`, {
      action: { label: 'Show', run: () => runAction('desk.needs') },
      onDismiss: () => shown.current.delete(allKey),
    });
    shown.current.set(allKey, end);
  }
}
