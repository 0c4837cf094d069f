// Speaks to a hub as a client does that sends chunks, step by step, so that a test can do one of the steps in a way of
// its own.

/** A hub that serves, in this process or another. */
interface Hub {
  readonly url: string;
}

/** What a client was given for one repository. */
export interface XetSession {
  readonly casUrl: string;
  readonly accessToken: string;
}

/** Asks for a session with a model. */
export async function openXetSession(
  hub: Hub,
  wish: { readonly token: string; readonly repo: string; readonly act?: 'read' | 'write' },
): Promise<XetSession> {
  const { token, repo, act = 'write' } = wish;
  const answer = await fetch(`${hub.url}/api/models/${repo}/xet-${act}-token/main`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 200) throw new Error(`the token answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as XetSession;
}

/** Asks something of the scope of a session, below its address. */
export async function askXet(session: XetSession, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${session.accessToken}`, ...(init.headers as object | undefined) };
  return await fetch(`${session.casUrl}${path}`, { ...init, headers });
}

/** Sends a xorb; gives the status. */
export async function putXorb(
  session: XetSession,
  xorb: { readonly hash: string; readonly bytes: Uint8Array },
): Promise<number> {
  const body = new Uint8Array(xorb.bytes);
  const answer = await askXet(session, `/v1/xorbs/default/${xorb.hash}`, { method: 'POST', body });
  await answer.bytes();
  return answer.status;
}

/** Sends a shard as the clients of the first version do; gives the answer. */
export async function putShard(session: XetSession, shard: Uint8Array): Promise<Response> {
  return await askXet(session, '/v1/shards', { method: 'POST', body: new Uint8Array(shard) });
}
