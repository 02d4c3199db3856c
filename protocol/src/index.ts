/** The wire contract: everything two programs of this project say to each other is named here, and how terminals take it. No dependencies. */
export * from './command-group';
export * from './events';
export * from './files';
export * from './flow-control';
export * from './frame-channel';
export * from './frame-decoder';
export * from './frame-encoder';
export * from './frames';
export * from './log-level';
export * from './pod';
export * from './policy';
export * from './runner-link';
export * from './session';
export * from './status';
export * from './timer';
export * from './xterm/internals';
export { MAX_REDRAW_LINE_FEEDS, NOTHING_AWAITED } from './xterm/redraw-watch';
export * from './xterm/repairs';
