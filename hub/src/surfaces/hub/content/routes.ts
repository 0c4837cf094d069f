// The routes of what repositories hold: files, history, branches and tags.
import { type Blobs } from '#modules/blobs';
import { type Content, type History, type Preupload, type RefChanges } from '#modules/content';
import { type Route } from '../../route/route.ts';
import { createCommit, type CommitDeps } from './commit.ts';
import { createBranch } from './create-branch.ts';
import { createTag } from './create-tag.ts';
import { deleteBranch } from './delete-branch.ts';
import { deleteTag } from './delete-tag.ts';
import { listCommits } from './list-commits.ts';
import { getPathsInfo } from './paths-info.ts';
import { preuploadFiles } from './preupload.ts';
import { listRefs } from './refs.ts';
import { superSquash } from './super-squash.ts';
import { listTree } from './tree.ts';

/** What the routes need. */
export interface ContentRouteDeps extends CommitDeps {
  readonly content: Content;
  readonly history: History;
  readonly preupload: Preupload;
  readonly refChanges: RefChanges;
  readonly blobs: Blobs;
}

/** Every route about content but the bytes of files. */
export function contentRoutes(deps: ContentRouteDeps): Route[] {
  return [
    preuploadFiles(deps),
    createCommit(deps),
    listTree(deps),
    getPathsInfo(deps),
    listRefs(deps),
    listCommits(deps),
    createBranch(deps),
    deleteBranch(deps),
    createTag(deps),
    deleteTag(deps),
    superSquash(deps),
  ];
}
