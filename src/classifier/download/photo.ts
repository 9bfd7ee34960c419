/** A picture that a service offers, with what must be told of it wherever it is shown. */
export interface Photo {
  /** The service that offers it. */
  source: string;
  /** Its name there, by which it is the same picture in another search. */
  id: string;
  /** Where its bytes are. */
  url: string;
  /** The page that people are sent to. */
  page: string;
  title: string;
  author: string;
  /** The licence's short name, as the service has it. */
  licence: string;
  licenceUrl: string;
}

/** A picture that was downloaded: a line of `photos.jsonl`. */
export interface PhotoRecord extends Photo {
  class: string;
  sha256: string;
  bytes: number;
  /** Relative to the folder of the collection. */
  file: string;
}

/** A service that finds pictures. */
export interface PhotoSource {
  readonly name: string;
  /** Who may ask how often: at least so long between two questions, in milliseconds. */
  readonly intervalMs: number;
  /** Whether an address is that of the picture shown in place of one that was removed. */
  isPlaceholder?(url: string): boolean;
  /** Pictures of what `query` names, the best first, as long as there are any. Not all need be free. */
  search(query: string, ask: Ask): AsyncGenerator<Photo>;
}

/** Gets the JSON of an address, politely: waits its turn, tries again what may pass. */
export type Ask = (url: URL) => Promise<unknown>;
