// `GET /admin/ledger/…`: exports and proofs of the ledger. Whoever checks them believes nothing of what is said here.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { exportLedger, proveChains, proveConsistency, proveEntry } from '@holdfast/notary/evidence';
import { type Db } from '@holdfast/platform/postgres/database';
import { defineRoute, type Route } from '../route/route.ts';

/** Characters that leave in one piece. */
const PIECE = 65_536;

const PLAIN = {
  access: 'operator',
  allowance: 'none',
  method: 'GET',
  query: z.unknown(),
  bodyKind: 'none',
  body: z.unknown(),
} as const;
const Proof = z.looseObject({ type: z.string() });

/** The routes of the ledger. */
export function ledgerRoutes({ db }: { db: Db }): Route[] {
  return [exportRoute(db), proveEntryRoute(db), proveChainsRoute(db), proveConsistencyRoute(db)];
}

function exportRoute(db: Db): Route {
  return defineRoute({
    ...PLAIN,
    operation: 'adminExportLedger',
    summary: 'Export the ledger with its checkpoints, as lines of JSON',
    path: '/admin/ledger/export',
    params: z.unknown(),
    output: 'stream',
    async run({ reply }) {
      const lines = Readable.from(piecesOf(exportLedger(db)));
      await reply.header('content-type', 'application/x-ndjson').send(lines);
    },
  });
}

async function* piecesOf(lines: AsyncIterable<object>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function proveEntryRoute(db: Db): Route {
  return defineRoute({
    ...PLAIN,
    operation: 'adminProveEntry',
    summary: 'Prove that an entry, by its number or digest, is in the signed tree',
    path: '/admin/ledger/entries/{entry}',
    params: z.object({ entry: z.string().max(64) }),
    output: Proof,
    run: async ({ params }) => Proof.parse(await proveEntry(db, params.entry)),
  });
}

function proveChainsRoute(db: Db): Route {
  return defineRoute({
    ...PLAIN,
    operation: 'adminProveChains',
    summary: 'Prove what happened to a subject and what was done by it, or that nothing was',
    path: '/admin/ledger/chains/{name}',
    params: z.object({ name: z.string().min(1).max(256) }),
    output: Proof,
    run: async ({ params }) => Proof.parse(await proveChains(db, params.name)),
  });
}

function proveConsistencyRoute(db: Db): Route {
  const size = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
  return defineRoute({
    ...PLAIN,
    operation: 'adminProveConsistency',
    summary: 'Prove that one signed tree begins with another',
    path: '/admin/ledger/consistency/{older}/{newer}',
    params: z.object({ older: size, newer: size }),
    output: Proof,
    run: async ({ params: { older, newer } }) => Proof.parse(await proveConsistency(db, older, newer)),
  });
}
