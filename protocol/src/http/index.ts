/** What the HTTP servers of this project do alike about peers that nobody vouches for. Node.js only. */
export * from './body';
export * from './connections';
export * from './forwarding';
export * from './refusal';
export * from './server';
export * from './target';
export * from './upgrade';
