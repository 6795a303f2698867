/**
 * No job runs while a test looks the other way: what was scheduled waits until the test lets time pass (`passTime`), or puts
 * the real timers back. Who would come first is otherwise decided by how busy the machine is.
 */
import { beforeEach, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});
