// What pages are asked for: repositories that have a card and files, made by the front door in a hub that was loaded with others.
import { joinedOf } from '../scale/load.ts';
import { type LoadedHub } from '../scale/loaded-hub.ts';
import { type MadeRepo } from '../scale/population.ts';
import { programText, readmeOf, SHOWN } from './card.ts';

/** How many get a card. */
const CARDS = 40;
/** Files beside it. */
const OTHERS = 12;

/** Gives models a card, a program and some small files by one commit each; returns them. Throws where there are too few. */
export async function giveCards(loaded: LoadedHub): Promise<readonly MadeRepo[]> {
  const { hub, known, population } = loaded;
  const owners = new Set(joinedOf(population).map(({ id }) => id));
  const chosen = known.filter(({ owner, type }) => type === 'model' && owners.has(owner.id)).slice(0, CARDS);
  if (chosen.length < CARDS) throw new Error(`only ${chosen.length} repositories can be written to`);
  for (const repo of chosen) {
    const files = [
      ['README.md', readmeOf(repo)],
      [SHOWN, programText()],
      ...Array.from({ length: OTHERS }, (_, n) => [`part-${n}.json`, JSON.stringify({ n, repo: repo.name })]),
    ] as const;
    const lines = [
      { key: 'header', value: { summary: 'Add a card' } },
      ...files.map(([path, text]) => ({
        key: 'file',
        value: { path, content: Buffer.from(text ?? '').toString('base64'), encoding: 'base64' },
      })),
    ];
    const answer = await hub.ask(`/api/models/${repo.owner.name}/${repo.name}/commit/main`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    await answer.arrayBuffer();
  }
  return chosen;
}
