/** A list whose entries are made each time they are asked for: of a long one never all are there. In JSON it is a list. */
export class LazyList<T> implements Iterable<T> {
  private readonly make: () => Iterable<T>

  constructor(make: () => Iterable<T>) {
    this.make = make
  }

  /** Makes something of each item of another list. */
  static of<S, T>(items: Iterable<S>, make: (item: S) => T): LazyList<T> {
    return new LazyList(function* () {
      for (const item of items) yield make(item)
    })
  }

  [Symbol.iterator](): Iterator<T> {
    return this.make()[Symbol.iterator]()
  }

  toJSON(): T[] {
    return [...this]
  }
}

/** Whether a value is a list in JSON. */
export function isList(value: unknown): value is LazyList<unknown> | unknown[] {
  return Array.isArray(value) || value instanceof LazyList
}
