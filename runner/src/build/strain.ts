// What it means to the author that a build ran against a limit of its sandbox. Pure.
import { formatSize } from '@holdfast/kernel/size';
import { type Strain } from '../sandbox/index.ts';
import { type BuildLimits } from './build.ts';

/** A sentence about the limits that were met; `undefined` where none was. */
export function describeStrain(
  strain: readonly Strain[],
  { memoryBytes, processes }: Pick<BuildLimits, 'memoryBytes' | 'processes'>,
): string | undefined {
  const sentences = [
    ...(strain.includes('memory')
      ? [`It needs more memory than a build may have, which is ${formatSize(memoryBytes)}.`]
      : []),
    ...(strain.includes('processes')
      ? [
          `It starts more processes and threads than a build may have at a time, which is ${String(processes)}.`,
        ]
      : []),
  ];
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
