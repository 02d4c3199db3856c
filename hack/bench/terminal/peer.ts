/** What is compared: programs that put a terminal of this machine on a network connection, and two that bound them. */

/** Where a started server is, in a form that other processes can be told. */
export interface Target {
  /** TCP port on loopback; 0: not a network server. */
  port: number;
  /** What a client needs to be let in. */
  access: Record<string, string>;
}

/** A started server. */
export interface RunningPeer {
  target: Target;
  /** The process whose tree serves; the workload is not counted. */
  pid: number;
  stop(): Promise<void>;
}

/** Programs made for this run, and where things can be kept from one run to the next. */
export interface Bench {
  workload: string;
  ptyLoop: string;
  /** Directory for what peers install, outside the checkout. */
  cache: string;
  /** Directory of this run, removed at its end. */
  scratch: string;
  /** Directory for CPU profiles of our processes; null: none are made. */
  profiles: string | null;
}

export interface Peer {
  name: string;
  /** Makes sure that it is there. @throws Error that says why it is not */
  install(bench: Bench): Promise<void>;
  start(bench: Bench): Promise<RunningPeer>;
  /** Opens a terminal in which the workload starts; resolves when the connection stands. */
  connect(target: Target, bench: Bench): Promise<Connection>;
}

/** A client's side of one terminal. */
export interface Connection {
  /** The process that serves this terminal, if it was started for it. */
  pid?: number;
  write(data: Uint8Array): void;
  /** The one listener to output. */
  onData(listener: (data: Uint8Array) => void): void;
  /** Ends the terminal and what runs in it. */
  close(): Promise<void>;
}
