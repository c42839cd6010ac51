/* Pauses between two tries: longer each time, over at once when the network comes back. */

const LONGEST = 15;

export function pause(tries, signal) {
  const seconds = Math.min(LONGEST, 2 ** Math.min(tries, 5) * 0.5);
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal?.removeEventListener("abort", over);
      done();
    };
    const timer = setTimeout(over, seconds * 1000);
    addEventListener("online", over);
    signal?.addEventListener("abort", over);
  });
}
