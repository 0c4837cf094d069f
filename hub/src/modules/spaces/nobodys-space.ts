// A private Space of nobody. Who asks for one that is not there is judged by it, as who asks for a private one is by that: the
// time of an answer would tell the one from the other. Pure.
import { newId } from '@holdfast/kernel/id';
import { type Repo } from '#modules/repos';

/** It. No repository has its id, and nobody is in its namespace. */
export function nobodysSpace(): Repo {
  const at = new Date(0);
  const id = newId(at);
  return {
    ...{ id, type: 'space', namespaceId: newId(at), namespace: '-', name: '-', creatorId: null, head: null },
    ...{ visibility: 'private', gated: false, createdAt: at, lastModified: at },
    ...{ likes: 0, downloads: 0, downloadsAllTime: 0, trendingScore: 0, usedStorage: 0, mainSize: null },
    facets: {
      ...{ card: {}, tags: [], pipelineTag: null, libraryName: null, sdk: null, text: '', uses: [] },
      summary: {},
    },
  };
}
