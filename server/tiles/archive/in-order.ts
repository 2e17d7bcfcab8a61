/**
 * Does work for each item, several at a time, and hands the results over in the items' order.
 * @param ahead how many are at work at once
 */
export async function* inOrder<I, O>(
  items: Iterable<I>,
  ahead: number,
  work: (item: I) => Promise<O>
): AsyncGenerator<[I, O]> {
  const begun: { item: I; result: Promise<O> }[] = []
  for (const item of items) {
    const result = work(item)
    // What fails is told when its turn comes; until then it is not unhandled.
    result.catch(() => {})
    begun.push({ item, result })
    if (begun.length < ahead) continue
    const first = begun.shift()!
    yield [first.item, await first.result]
  }
  for (const { item, result } of begun) yield [item, await result]
}
