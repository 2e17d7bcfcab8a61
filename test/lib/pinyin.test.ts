import t from 'tap'
import { townNames, villageNames } from '../../scripts/seeding/gazetteer.ts'
import { romanised } from '../../scripts/seeding/pinyin.ts'
import { comparePinyin, pinyinInitials } from '../../server/lib/pinyin.ts'

t.test('initials of what people look for', async t => {
  const cases: [string, string][] = [
    ['宅基地', 'zjd'],
    ['永久基本农田', 'yjjbnt'],
    ['生态保护红线', 'stbhhx'],
    ['城市绿线', 'cslx'],
    ['规划道路红线', 'ghdlhx'],
    ['路麻马妈卖毛林鹿律', 'lmmmmmlll'],
    ['阿波测地饿飞高好见看来门你偶怕去人三他我想有在', 'abcdefghjklmnopqrstwxyz'],
    ['AI 事件 2', 'ai sj 2'],
    ['', '']
  ]
  for (const [text, initials] of cases) t.equal(pinyinInitials(text)[0], initials, text)
})

t.test('every reading of characters that have several, but not endlessly many', async t => {
  t.strictSame(pinyinInitials('长度').sort(), ['cd', 'zd'])
  t.ok(pinyinInitials('银行').includes('yh') && pinyinInitials('行政').includes('xz'))
  t.ok(pinyinInitials('长重行乐厦朝调传').length <= 8)
})

t.test('the collation agrees with a table of syllables on every town and village of the district', async t => {
  const characters = new Set([...townNames(), ...villageNames()].flatMap(({ name }) => [...name]))
  const known = [...characters].flatMap(character => {
    try {
      return [{ character, initial: romanised(character).charAt(0).toLowerCase() }]
    } catch {
      return []
    }
  })
  t.ok(known.length > 200, `${known.length} characters`)
  const wrong = known.filter(({ character, initial }) => !pinyinInitials(character).includes(initial))
  t.strictSame(wrong, [])
})

t.test('titles are ordered as a Chinese dictionary orders them', async t => {
  t.strictSame(['宅基地', '岸线', '河流', '道路'].sort(comparePinyin), ['岸线', '道路', '河流', '宅基地'])
})
