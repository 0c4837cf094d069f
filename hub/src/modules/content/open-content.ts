// Puts the parts of this module together: they share one cache of immutable objects and one memory of refs.
import { MiB } from '@holdfast/kernel/size';
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { SpoolRoom } from '@holdfast/platform/spool';
import { type Blobs, type Room } from '#modules/blobs';
import { SharedObjectCache } from '#modules/git';
import { type LeakMatch } from '#modules/leaks';
import { type Reads } from '#modules/ledger';
import { type Repos, type Turns } from '#modules/repos';
import { Commits } from './commits.ts';
import { Comparison } from './comparison.ts';
import { Content } from './content.ts';
import { type DraftLimits } from './draft.ts';
import { Erasure } from './erasure.ts';
import { History } from './history.ts';
import { ModelWeights } from './model-weights.ts';
import { Preupload } from './preupload.ts';
import { RefChanges } from './ref-changes.ts';
import { Revisions } from './revisions.ts';
import { Texts } from './texts.ts';

/** What the module is opened with. */
export interface ContentSetup {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly blobs: Blobs;
  readonly room: Room;
  readonly leaks: LeakMatch;
  /** Shared by all that change repositories. */
  readonly turns: Turns;
  readonly limits: DraftLimits;
  readonly space: FreeSpace;
  /** A folder for what is put aside while a request lasts. */
  readonly scratch: string;
  /** The host in the addresses of authors. */
  readonly host: string;
  /** Whether no other hub uses the database. */
  readonly soleHub: boolean;
}

/** Bytes that all drafts together keep in memory. */
const SPOOL_ROOM = 8 * MiB;

/** The content of repositories: what reads it, what changes it. */
export interface OpenContent {
  readonly content: Content;
  readonly texts: Texts;
  readonly comparison: Comparison;
  readonly history: History;
  readonly commits: Commits;
  readonly preupload: Preupload;
  readonly refChanges: RefChanges;
  readonly erasure: Erasure;
}

/** Opens the module. */
export function openContent(setup: ContentSetup): OpenContent {
  const {
    db,
    clock,
    epochs,
    repos,
    reads,
    blobs,
    room,
    limits,
    scratch,
    space,
    host,
    soleHub,
    turns,
    leaks,
  } = setup;
  const cache = new SharedObjectCache();
  epochs.onChange('history', () => cache.renew());
  const revisions = new Revisions({ db, epochs, cache, soleHub });
  const weights = new ModelWeights({ db, blobs, cache });
  const spool = { folder: scratch, room: new SpoolRoom(SPOOL_ROOM), space };
  const content = new Content({ db, repos, reads, revisions, cache });
  return {
    content,
    texts: new Texts({ content, reads }),
    comparison: new Comparison({ db, reads, cache }),
    history: new History({ db, reads, cache }),
    commits: new Commits({
      ...{ db, clock, repos, revisions, turns, room, weights, leaks },
      settings: { limits, spool, host, space },
    }),
    preupload: new Preupload({ db, repos, revisions, cache }),
    refChanges: new RefChanges({ db, clock, repos, revisions, turns, room, space, host, leaks }),
    erasure: new Erasure({ db, clock, epochs, repos, blobs, revisions, turns, cache, weights }),
  };
}
