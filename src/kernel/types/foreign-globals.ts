/** The types of what notebooks made for other kernels find here: `runner/compat`. */
export const foreignGlobals = `
/** What Deno's notebooks use of Deno, on Node. */
declare namespace Deno {
  const args: string[];
  const env: {
    get(name: string): string | undefined;
    set(name: string, value: string): void;
    delete(name: string): void;
    has(name: string): boolean;
    toObject(): Record<string, string>;
  };
  function cwd(): string;
  function readFile(path: string | URL): Promise<Uint8Array>;
  function readFileSync(path: string | URL): Uint8Array;
  function readTextFile(path: string | URL): Promise<string>;
  function readTextFileSync(path: string | URL): string;
  interface WriteFileOptions { append?: boolean; create?: boolean; createNew?: boolean; mode?: number }
  function writeFile(path: string | URL, data: Uint8Array, options?: WriteFileOptions): Promise<void>;
  function writeFileSync(path: string | URL, data: Uint8Array, options?: WriteFileOptions): void;
  function writeTextFile(path: string | URL, data: string, options?: WriteFileOptions): Promise<void>;
  function writeTextFileSync(path: string | URL, data: string, options?: WriteFileOptions): void;
  interface NetAddr { transport: "tcp"; hostname: string; port: number }
  interface HttpServer {
    readonly addr: NetAddr; readonly finished: Promise<void>; shutdown(): Promise<void>; ref(): void; unref(): void;
  }
  type ServeHandler = (request: Request, info: { remoteAddr: NetAddr }) => Response | Promise<Response>;
  interface ServeOptions {
    port?: number; hostname?: string; signal?: AbortSignal; handler?: ServeHandler;
    onListen?: (address: NetAddr) => void; onError?: (error: unknown) => Response | Promise<Response>;
  }
  function serve(handler: ServeHandler): HttpServer;
  function serve(options: ServeOptions & { handler: ServeHandler }): HttpServer;
  function serve(options: ServeOptions, handler: ServeHandler): HttpServer;
}
/** The display functions of Deno's kernel. */
declare namespace Deno.jupyter {
  const $display: unique symbol;
  function broadcast(
    type: string, content: Record<string, unknown>,
    extra?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] },
  ): Promise<void>;
  function display(
    value: unknown, options?: { raw?: boolean; update?: boolean; display_id?: string },
  ): Promise<void>;
  function format(value: unknown): Promise<MimeBundle>;
  function html(strings: TemplateStringsArray, ...values: unknown[]): object;
  function md(strings: TemplateStringsArray, ...values: unknown[]): object;
  function svg(strings: TemplateStringsArray, ...values: unknown[]): object;
  function image(source: string | Uint8Array): object;
}
interface IJavascriptDisplay {
  mime(bundle: MimeBundle): void;
  text(text: string): void;
  html(text: string): void;
  svg(text: string): void;
  png(base64: string): void;
  jpeg(base64: string): void;
  json(value: unknown): void;
}
/** IJavascript's object for what a cell shows and when it ends. */
declare const $$: {
  async(value?: boolean): boolean;
  done(result?: unknown): void;
  sendResult(result: unknown, keepAlive?: boolean): void;
  sendError(error: unknown, keepAlive?: boolean): void;
  mime(bundle: MimeBundle | Promise<MimeBundle>, keepAlive?: boolean): void;
  text(text: string | Promise<string>, keepAlive?: boolean): void;
  html(text: string | Promise<string>, keepAlive?: boolean): void;
  svg(text: string | Promise<string>, keepAlive?: boolean): void;
  png(base64: string | Promise<string>, keepAlive?: boolean): void;
  jpeg(base64: string | Promise<string>, keepAlive?: boolean): void;
  json(value: unknown, keepAlive?: boolean): void;
  display(id?: string): IJavascriptDisplay;
  input(options?: { prompt?: string; password?: boolean }): Promise<string>;
  input(options: { prompt?: string; password?: boolean }, callback: (error: unknown, reply: string) => void): void;
  clear(options?: { wait?: boolean }): void;
};
`;
