import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#connect */
export const connect_request: Handler = ({ ports }) => ({ ...ports });
