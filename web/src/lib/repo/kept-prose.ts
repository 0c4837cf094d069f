// The HTML of a Markdown file, made once for all who read it.
import { callOf, type PageEvent } from '../call.ts';
import { type ProsePlace } from '../prose/addresses.ts';
import { renderProse, type Prose } from '../prose/prose.ts';

/** The prose of a file that the reader was let in to: `oid` names its bytes, and `place` where it stands. */
export function keptProse(
  event: PageEvent,
  { oid, place }: { readonly oid: string; readonly place: ProsePlace },
  read: () => string,
): Prose {
  const name = JSON.stringify([oid, place.repo, place.revision, place.folder]);
  const kept = callOf(event).hub.keptTexts.get(name, () => {
    const { html, cut } = renderProse(read(), place);
    return `${cut ? '+' : ' '}${html}`;
  });
  return { html: kept.slice(1), cut: kept.startsWith('+') };
}
