/** What is on its way, by the moment it arrives; of one moment what was sent first. A binary heap of { at, ... }. */
export function delayQueue() {
  const heap = [];
  let sent = 0;
  const isBefore = (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const swap = (i, j) => {
    const event = heap[i];
    heap[i] = heap[j];
    heap[j] = event;
  };
  return {
    /** When the next one arrives; Infinity where nothing is on its way. */
    next: () => heap[0]?.at ?? Infinity,
    size: () => heap.length,
    push(event) {
      event.order = sent++;
      let i = heap.push(event) - 1;
      for (let up; i > 0 && isBefore(heap[i], heap[(up = (i - 1) >> 1)]); i = up) swap(i, up);
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let i = 0; ;) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < heap.length && isBefore(heap[left], heap[least])) least = left;
        if (right < heap.length && isBefore(heap[right], heap[least])) least = right;
        if (least === i) return first;
        swap(i, least);
        i = least;
      }
    },
  };
}
