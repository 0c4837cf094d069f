// What the framework calls by these names.

declare global {
  namespace App {
    /** What a page that failed shows. */
    interface Error {
      status: number;
      message: string;
      code?: string;
      requestId?: string;
    }
  }
}

export {};
