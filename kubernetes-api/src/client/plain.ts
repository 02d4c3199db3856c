/** The client library's types are classes; on the wire there are plain objects of the same shape. */
export type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;
