import type { ReactNode } from 'react';

/** One quiet card in the middle: sign-in, set-up and invitations. */
export function AuthPage({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <main className="flex h-full items-start justify-center overflow-y-auto px-4 py-[12vh]">
      <div className="w-full max-w-96">
        <div className="mb-6 flex items-center gap-2.5">
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span className="text-lg font-semibold">Baton</span>
        </div>
        <h1 className="text-xl font-semibold">{title}</h1>
        {lead && <p className="mt-1 text-base text-ink-2">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
    </main>
  );
}
