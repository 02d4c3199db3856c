/** Set by vite.config.ts. */
declare const __API_URL__: string;
declare const __WS_URL__: string;
