// Rows of the `repos` schema.
import { type Generated } from 'kysely';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type RepoType, type Visibility } from '#modules/access';
import { type Summary } from '#modules/cards';

/** The tables that the store of `repos` sees; the names of accounts are read, never written. */
export type RepoTables = {
  'repos.repo': {
    id: Id;
    type: RepoType;
    namespace_id: Id;
    namespace: string;
    name: string;
    creator_id: Id | null;
    visibility: Visibility;
    gated: 'no' | 'auto' | 'manual';
    created_at: Date;
    last_modified: Date;
    head: Sha1 | null;
    likes: Generated<number>;
    likes_30d: Generated<number>;
    downloads: Generated<number>;
    downloads_all_time: Generated<number>;
    trending: Generated<number>;
    used_storage: Generated<number>;
    parameters: Generated<number | null>;
    main_size: number | null;
    summary: Summary;
    uses: readonly string[];
    card: { readonly [key: string]: Json };
    tags: readonly string[];
    pipeline_tag: string | null;
    library_name: string | null;
    sdk: string | null;
    text: string;
    discussions_disabled: Generated<boolean>;
    /** References of credentials. */
    pushed_with: string | null;
    preloads_with: string | null;
    deleted_at: Date | null;
  };
  'repos.name': {
    type: RepoType;
    namespace_id: Id;
    key: string;
    repo_id: Id;
    state: 'live' | 'redirect' | 'tombstone';
  };
  'repos.liked': { repo_id: Id; user_id: Id; at: Date };
  'repos.download_day': { repo_id: Id; day: string; n: number };
  'identity.name': { key: string; account_id: Id; state: string };
};
