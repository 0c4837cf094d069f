// Refusals that belong to the pages.
import { defineFault } from '@holdfast/kernel/fault';

export const foreignForm = defineFault(
  'forbidden',
  'page.foreign-form',
  () => 'This was not sent by a page of this hub. Open the page again and repeat what you did.',
);
export const pagesMissing = defineFault(
  'unavailable',
  'page.not-built',
  () => 'The pages of this hub were not built. Whoever runs it finds the reason where it was started.',
);
