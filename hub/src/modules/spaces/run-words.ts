// What people and logs are told of programs that do not run.

/** For visitors of a Space whose program is not there. */
export const NO_PROGRAM = 'the file that its README names is not there';
/** For who writes to a Space that could not be made ready. */
export const NOT_WRITTEN =
  'The files of the Space could not be written. It is tried again; the log of the hub says why, which its operator reads.';
/** For the log. */
export const LEFT = 'files of a Space that nobody reads any more could not be removed';
/** In the log of the hub. */
export const NOT_READ = 'what is wanted of Spaces could not be read; it is tried again';
