// The text of a file as a form shows it and as it comes back. Pure.

/** A text that is longer is not edited on a page. Bytes. */
export const MOST_EDITED = 256 * 1024;

/** Whether a text can go through a form and come back as it was. */
export function isEditable(text: string | undefined): text is string {
  if (text === undefined || Buffer.byteLength(text) > MOST_EDITED) return false;
  // Forms know one end of a line: a file with several kinds would come back with one, and a lone return as none.
  return !/\r(?!\n)/.test(text) && !(text.includes('\r\n') && /(?<!\r)\n/.test(text));
}

/** What the file was before. */
export interface TextBefore {
  readonly text: string | undefined;
  /** Whether it began with a byte order mark, which no form shows. */
  readonly marked: boolean;
}

/** The text of a form, with the ends of lines and the byte order mark that the file had. */
export function textFromForm(sent: string, before: TextBefore | undefined): string {
  const text = sent.replaceAll(/\r\n?/g, '\n');
  const ended = before?.text?.includes('\r\n') === true ? text.replaceAll('\n', '\r\n') : text;
  return before?.marked === true ? `\ufeff${ended}` : ended;
}

/** The path of a file within a folder, as somebody typed its name. */
export function pathWithin(folder: string, name: string): string {
  const typed = name.trim();
  return folder === '' ? typed : `${folder}/${typed}`;
}

/** The folder of a path; nothing at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
