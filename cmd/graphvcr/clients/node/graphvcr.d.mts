export interface SessionOptions {
  /** The context of a test of node:test or vitest, which ends the session. */
  context?: object;
  mode?: 'replay' | 'record' | 'spy';
  /** Further arguments of graphvcr serve. */
  args?: string[];
  failOn?: 'error' | 'warning';
  cwd?: string;
  command?: string;
}

export interface Session {
  /** The base URL, without /v1.0. */
  readonly url: string;
  /** Ends the session and returns its report; throws where a request had no answer. */
  end(): Promise<string>;
}

/** Serves a cassette until the test is over. */
export function session(cassette: string, options?: SessionOptions): Promise<Session>;
