// docs/generated/openapi.json: the API, from the schemas that check it.
import { apiDocument } from '@holdfast/hub/describe';

/** The document, as `/api/openapi.json` answers it but laid out for reading and for diffs. */
export function openApiDocument(version: string): string {
  return `${JSON.stringify(apiDocument(version), null, 2)}\n`;
}
