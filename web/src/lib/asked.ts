// What an application asks for, as the query of a page holds it. Pure.

/** The query without what names an action of a form. */
export function askedIn(searchParams: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...searchParams].filter(([name]) => !name.startsWith('/')));
}

/** The same request after a fresh proof: the one that it asked for has been given by then. */
export function askedAfterProof(query: URLSearchParams): URLSearchParams {
  const after = new URLSearchParams(query);
  const prompt = (after.get('prompt') ?? '').split(' ').filter((one) => one !== '' && one !== 'login');
  if (prompt.length === 0) after.delete('prompt');
  else after.set('prompt', prompt.join(' '));
  // A minute to come back in: with less, nobody would ever have proved lately enough.
  if (after.has('max_age') && Number(after.get('max_age')) < 60) after.set('max_age', '60');
  return after;
}
