/** What a link carries behind `#`, where neither servers nor other pages see it: `token=…`. */
export function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash).get('token') ?? undefined;
}
