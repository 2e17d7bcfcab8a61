/** Types of PostgreSQL that rows have (pg_type.dat). */
const OID = { bool: 16, int8: 20, int4: 23, text: 25, float8: 701 } as const

/** What is made of the columns of a record, in their order. */
export interface RecordSink {
  begin(): void
  /** @param from where it begins in the bytes; -1: null */
  value(column: number, oid: number, from: number, to: number): void
  end(): void
}

/**
 * Reads rows as PostgreSQL's `record_send` writes them, one after the other: the number of columns, and of each its
 * type, its length (-1: null) and its bytes in the type's binary form (big-endian).
 * @throws RangeError where the bytes end early
 */
export function readRecords(view: DataView, sink: RecordSink): void {
  for (let at = 0; at < view.byteLength; ) {
    const columns = view.getInt32(at)
    at += 4
    sink.begin()
    for (let column = 0; column < columns; column++) {
      const oid = view.getInt32(at)
      const length = view.getInt32(at + 4)
      at += 8
      if (length < 0) sink.value(column, oid, -1, -1)
      else sink.value(column, oid, at, at + length)
      at += Math.max(length, 0)
    }
    sink.end()
  }
}

/** @returns a truth or a number; undefined: it is a text */
export function readPlain(view: DataView, oid: number, from: number): number | boolean | undefined {
  switch (oid) {
    case OID.float8:
      return view.getFloat64(from)
    case OID.int8:
      return readInt8(view, from)
    case OID.int4:
      return view.getInt32(from)
    case OID.bool:
      return view.getUint8(from) === 1
    case OID.text:
      return undefined
    default:
      throw new RangeError(`Columns of the type ${oid} are not read.`)
  }
}

/** As a double: whole numbers of layers stay within 53 bits. */
export const readInt8 = (view: DataView, from: number): number =>
  view.getInt32(from) * 2 ** 32 + view.getUint32(from + 4)
