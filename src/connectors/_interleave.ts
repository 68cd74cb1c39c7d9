/** Several streams as one, each in its own order, whichever is ready first. */

/**
 * Merges generators. Each gives its next item only after the one before it was taken; of those that
 * are ready the one that waited longest comes first, so that none starves.
 *
 * @param streams The generators.
 * @param stop Makes a `next` of theirs that is under way fail soon; called before they are let go.
 * @returns Their items. The first failure ends all.
 */
export async function* interleaved<T>(
  streams: readonly AsyncGenerator<T, void, void>[],
  stop: () => void,
): AsyncGenerator<T, void, void> {
  type Turn = readonly [AsyncGenerator<T, void, void>, IteratorResult<T, void>];
  const pending = new Map<AsyncGenerator<T, void, void>, Promise<Turn>>();
  const ask = (stream: AsyncGenerator<T, void, void>): void => {
    // Set anew, it is the last in the order that a race looks in.
    pending.delete(stream);
    const turn = stream.next().then((result): Turn => [stream, result]);
    // It is looked at when it is its turn; until then a failure is not an unhandled one.
    turn.catch(() => {});
    pending.set(stream, turn);
  };
  try {
    for (const stream of streams) ask(stream);
    while (pending.size > 0) {
      const [stream, { done, value }] = await Promise.race(pending.values());
      if (done) {
        pending.delete(stream);
        continue;
      }
      yield value;
      ask(stream);
    }
  } finally {
    if (pending.size > 0) stop();
    await Promise.allSettled(streams.map((stream) => stream.return()));
  }
}
