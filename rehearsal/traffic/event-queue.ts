/** What is to happen at an instant; it is told that instant. */
export type Happening = (at: number) => void;

export interface EventQueue {
  add(at: number, happening: Happening): void;
  /** Instant of the earliest entry; Infinity when empty. */
  nextAt(): number;
  /** Removes and runs the earliest entry; entries of one instant run in the order they were added. */
  runNext(): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly happening: Happening;
}

/** A binary heap. */
export function createEventQueue(): EventQueue {
  const heap: Entry[] = [];
  let added = 0;
  return {
    add(at, happening) {
      heap.push({ at, order: added++, happening });
      rise(heap, heap.length - 1);
    },
    nextAt: () => heap[0]?.at ?? Infinity,
    runNext() {
      const [first] = heap;
      const last = heap.pop();
      if (!first || !last) return;
      if (first !== last) {
        heap[0] = last;
        sink(heap, 0);
      }
      first.happening(first.at);
    },
  };
}

function isBefore(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function swap(heap: Entry[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b]!, heap[a]!];
}

function rise(heap: Entry[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(heap[index], heap[parent])) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function sink(heap: Entry[], from: number): void {
  let index = from;
  for (;;) {
    const left = 2 * index + 1;
    const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isBefore(heap[child], heap[index])) return;
    swap(heap, index, child);
    index = child;
  }
}
