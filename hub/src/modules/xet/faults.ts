// The refusals of `xet`.
import { defineFault } from '@holdfast/kernel/fault';

/** `why` says what is wrong and where; it stands in the details, too, so that a caller can add which chunk it was. */
export const xorbInvalid = defineFault('invalid', 'xet.xorb-invalid', (why: string) => [
  `The xorb is not valid: ${why}.`,
  { details: { why } },
]);
export const shardInvalid = defineFault('invalid', 'xet.shard-invalid', (why: string) => [
  `The shard is not valid: ${why}.`,
  { details: { why } },
]);
