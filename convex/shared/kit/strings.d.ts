/**
 * Cuts by code units go through characters (docs/rules.md E6): whoever needs a part of a text takes it from `text.ts`.
 * Marked here so that the type-aware linter tells texts from lists, which may be sliced as ever.
 */
interface String {
  /** @deprecated Cuts a character in two: use convex/shared/kit/text.ts. */
  slice(start?: number, end?: number): string;
  /** @deprecated Cuts a character in two: use convex/shared/kit/text.ts. */
  substring(start: number, end?: number): string;
  /** @deprecated Cuts a character in two: use convex/shared/kit/text.ts. */
  substr(from: number, length?: number): string;
  /** @deprecated May be half a character: use convex/shared/kit/text.ts. */
  charAt(position: number): string;
  /** @deprecated May be half a character: use convex/shared/kit/text.ts. */
  at(index: number): string | undefined;
  /** @deprecated Takes characters apart: spread the text, or use convex/shared/kit/text.ts. */
  split(separator: '', limit?: number): string[];
}
