// How answers to acts that take access away say whether they are done.
import { z } from 'zod';

/** Not recorded: the database is away, and until it is back this hub alone knows of the act. */
export const RECORDED = { recorded: z.boolean() };

/** Organisations that nobody administers any more: who runs the hub says who does. */
export const OWNERLESS = { ownerless: z.array(z.string()).readonly() };
