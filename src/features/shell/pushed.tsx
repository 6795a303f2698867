import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { manyTag, tagOf } from '../../../convex/shared/needs/pushLines';
import { useNeeds } from '../../convex/needs';
import { useKeepPush } from '../../convex/pushes';
import { closePushed, onPushOpened } from '../../lib/push';

/** What this browser was pushed: pressed, it opens here; handled anywhere, it is taken back. Shows nothing itself. */
export function Pushed() {
  const navigate = useNavigate();
  const needs = useNeeds()?.needs;
  useKeepPush();
  useEffect(() => onPushOpened((path) => void navigate({ to: path })), [navigate]);
  useEffect(() => {
    if (needs === undefined) return;
    const open = new Set(needs.map(tagOf));
    const isOver = (tag: string) =>
      tag === manyTag ? open.size === 0 : tag.startsWith('need ') && !open.has(tag);
    void closePushed(isOver).catch(() => {});
  }, [needs]);
  return null;
}
