/** A value that can be watched; what React's `useSyncExternalStore` takes. */
export interface Readable<Value> {
  /** The value now. The same object until it changes. */
  get(): Value;
  /** Calls `listener` after each change; gives the function that ends it. */
  subscribe(listener: () => void): () => void;
}

/** A value that can be watched and set. */
export interface Store<Value> extends Readable<Value> {
  /** Sets it; listeners hear of it only if it is another value. */
  set(value: Value): void;
}

/** Makes a store. `busy` is called when the first listener comes and its result when the last leaves. */
export function createStore<Value>(initial: Value, busy?: () => () => void): Store<Value> {
  const listeners = new Set<() => void>();
  let value = initial;
  let idle: (() => void) | undefined;
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      if (listeners.size === 1) idle = busy?.();
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        idle?.();
        idle = undefined;
      };
    },
  };
}
