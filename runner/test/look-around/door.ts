// What the door of an app refuses, beside what its sandbox does: for the document that lists both.
export { NEAR_SPELLINGS } from '@holdfast/door/played/near-spellings';
export { listRefusedRanges } from '@holdfast/door/run/addresses';
