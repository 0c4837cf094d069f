// The face of `leaks`.
export { LeakMatch, type LeakSearch } from './leak-match.ts';
