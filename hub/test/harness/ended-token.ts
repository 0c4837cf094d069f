// What an application has of a person where an organisation let it in and then ended that.
import { type Id } from '@holdfast/kernel/id';
import { mintForApplication } from '../../src/modules/tokens/index.ts';
import { type PageAsk } from './page-call.ts';
import { OPERATOR } from './served-hub.ts';

/** A token that an application has of a member of an organisation, which ended it. */
export async function endedToken({ scene }: PageAsk, org: string): Promise<string> {
  const { db, clock, keys, epochs, identity, orgTokens } = scene.hub.modules;
  const { account: user } = await scene.visit('reader');
  const entity = { type: 'org', id: (await identity.findByName(org))?.id ?? user.id, name: org } as const;
  const { token } = await db.transaction((tx) =>
    mintForApplication(
      tx,
      { clock, keys, epochs },
      {
        ...{ user, name: 'App', before: null, replaces: false, lifeMs: 3_600_000 },
        grant: {
          role: 'fineGrained',
          scoped: [{ entity, permissions: ['repo.content.read'] }],
          ...{ global: [], canReadGatedRepos: false },
        },
        application: { id: scene.application as Id, owner: user.id, scopes: ['read-repos'] },
        by: { actor: `user:${user.id}`, credential: '' },
      },
    ),
  );
  await orgTokens.end(OPERATOR, org, token.id);
  return token.id;
}
