import t from 'tap'
import { publishInPlace } from '../../server/catalog/in-place.ts'
import { sql } from '../../server/lib/sql.ts'
import { ColumnBuilder } from '../../server/tiles/cut/column-builder.ts'
import { readInt8, readPlain, readRecords } from '../../server/tiles/cut/read-records.ts'
import { buildSpec, cutSpec } from '../../server/tiles/cut/spec.ts'
import { loadRows } from '../../server/tiles/load-rows.ts'
import { onBothDatabases } from '../helper.ts'
import { testLayer } from './fixture.ts'

t.test('rows are read as record_send writes them', async t => {
  await onBothDatabases(t, async (t, db) => {
    const [row] = await db.query<{ rows: Buffer }>(sql`SELECT string_agg(record_send(r), ''::bytea) AS rows FROM (VALUES
      (1::bigint, '东平河'::text, 1.5::float8, true, NULL::text, 7::integer),
      (-9007199254740991::bigint, ''::text, '-Infinity'::float8, false, 'x'::text, -7::integer)) AS r`)
    const bytes = new Uint8Array(row!.rows)
    const view = new DataView(bytes.buffer)
    const read: unknown[][] = []
    readRecords(view, {
      begin: () => read.push([]),
      value(_column, oid, from, to) {
        const text = () => Buffer.from(bytes.subarray(from, to)).toString()
        read.at(-1)!.push(from < 0 ? null : (readPlain(view, oid, from) ?? text()))
      },
      end: () => read.at(-1)!.push('end')
    })
    t.same(read, [
      [1, '东平河', 1.5, true, null, 7, 'end'],
      [-9007199254740991, '', -Infinity, false, 'x', -7, 'end']
    ])
  })
})

t.test('of tables that are published in place, keys of every whole type are the features’ ids', async t => {
  await onBothDatabases(t, async (t, db) => {
    for (const type of ['smallint', 'integer', 'bigint']) {
      const table = `kept_${type}`
      await db.run(`CREATE TABLE public.${table} (id ${type} PRIMARY KEY, code varchar(9), at geometry(Point, 4547));
        INSERT INTO public.${table} SELECT 3 * i, 'C' || i, ST_SetSRID(ST_MakePoint(407761 + i, 2550358), 4547)
        FROM generate_series(1, 5) AS i`)
      const source = { schema: 'public', table, geometry: 'at', key: 'id' }
      const layer = testLayer(`in-place-${type}`, { geometry: 'Point', source })
      await publishInPlace(db, layer as Parameters<typeof publishInPlace>[1], true)
      const builder = new ColumnBuilder(buildSpec(cutSpec(layer)))
      await loadRows(db, layer, packed => builder.addRecords(packed))
      const { fids, values } = builder.finish()
      t.strictSame([...fids], [3, 6, 9, 12, 15], type)
      t.match(Buffer.from(values.bytes).toString(), /C1.*C5/s)
    }
  })
})

t.test('whole numbers of 53 bits', async t => {
  const view = new DataView(new ArrayBuffer(8))
  for (const number of [0, 1, -1, 2 ** 31, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    view.setBigInt64(0, BigInt(number))
    t.equal(readInt8(view, 0), number)
  }
})

t.test('other types and rows that end early are refused', async t => {
  t.throws(() => readPlain(new DataView(new ArrayBuffer(8)), 1184, 0), /1184/)
  const sink = { begin() {}, value() {}, end() {} }
  t.throws(() => readRecords(new DataView(Uint8Array.from([0, 0, 0, 1, 0, 0]).buffer), sink), RangeError)
})
