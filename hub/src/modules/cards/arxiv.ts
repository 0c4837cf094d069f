// Finds the papers that a README links to, so that repositories can be listed by paper.

const LINK =
  /(?:arxiv\.org\/(?:abs|pdf|html)\/|arxiv:\s?|(?:huggingface\.co|hf\.co)\/papers\/)([0-9]{4}\.[0-9]{4,5})(?![0-9])/gi;
const MAX_PAPERS = 100;

/** The arXiv ids in a text, each once, in the order of their first mention. */
export function listArxivIds(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(LINK)) {
    found.add(String(match[1]));
    if (found.size === MAX_PAPERS) break;
  }
  return [...found];
}
