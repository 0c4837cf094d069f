// The card of a repository: what it says of itself, and how to use it.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { type Repo } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show } from '../../../../lib/call.ts';
import { type Bar } from '../../../../lib/chart.ts';
import { openFramedApp } from '../../../../lib/repo/app.ts';
import { openPlace, openRepo, presentHead } from '../../../../lib/repo/open.ts';
import { presentFacts } from '../../../../lib/repo/present.ts';
import { snippetsOf } from '../../../../lib/repo/snippets.ts';
import { keptProse } from '../../../../lib/repo/kept-prose.ts';
import { kindFor, openLog } from '../../../../lib/space/log.ts';
import { type Prose } from '../../../../lib/prose/prose.ts';

const MOST_BYTES = 512 * 1024;

export async function load(event: ServerLoadEvent) {
  const { hub, actor, baseUrl } = callOf(event);
  const repo = await openRepo(event);
  const shown = presentHead(event, repo);
  const { transformers } = repo.facets.summary;
  const facts = presentFacts(repo);
  const reads = hub.repos.mayRead(actor, repo);
  const app = await openFramedApp(event, repo);
  const kind = app === undefined || !shown.writes ? undefined : kindFor(app.stage);
  return {
    repo: shown,
    facts,
    reads,
    card: reads ? await openCard(event, { repo, path: shown.path }) : { kind: 'none' as const },
    downloads: reads ? await openDownloads(event, repo) : [],
    app,
    log: kind && (await openLog(event, repo, { kind, tail: 200 })),
    duplicates: app !== undefined && reads && actor.kind === 'user',
    baseUrl,
    open: repo.visibility === 'public' && actor.kind === 'anonymous',
    snippets: snippetsOf({
      ...{ type: repo.type, id: `${repo.namespace}/${repo.name}`, baseUrl },
      ...{ library: shown.library, autoModel: transformers?.auto_model, processor: transformers?.processor },
      task: repo.facets.pipelineTag ?? undefined,
      ...{ tags: repo.facets.tags, baseModels: facts.baseModels },
    }),
  };
}

async function openDownloads(event: ServerLoadEvent, repo: Repo): Promise<Bar[]> {
  const { hub, actor } = callOf(event);
  const days = await hub.repos.listDownloads(actor, repo);
  return days.map(({ day, count }) => ({ at: new Date(day), value: count }));
}

type Card = { readonly kind: 'none' | 'long' } | { readonly kind: 'card'; readonly prose: Prose };

async function openCard(
  event: ServerLoadEvent,
  { repo, path }: { readonly repo: Repo; readonly path: string },
): Promise<Card> {
  const { hub } = callOf(event);
  if (repo.head === null) return { kind: 'none' };
  const place = await openPlace(event, `${repo.head}/README.md`);
  const found = await show(event, () => hub.texts.find(place, MOST_BYTES));
  if (found === undefined) return { kind: 'none' };
  if (found.text === undefined) return { kind: 'long' };
  const { text, file } = found;
  const at = { repo: path, revision: 'main', folder: '' };
  const prose = keptProse(event, { oid: file.oid, place: at }, () => hub.bodyOf(text, repo.type));
  return prose.html.trim() === '' ? { kind: 'none' } : { kind: 'card', prose };
}
