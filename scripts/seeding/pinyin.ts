/** Hanyu Pinyin of the characters the district's place names use, without tones, as 罗马字母拼写 is written. */
const SYLLABLES =
  '桂gui 一yi 社she 区qu 叠die 二er 花hua 苑yuan 雅ya 园yuan 大da 圩xu 江jiang 滨bin 南nan 名ming 居ju 翠cui 颐yi 灯deng 湖hu 东dong 石shi 肯ken ' +
  '北bei 平ping 西xi 胜sheng 夏xia 中zhong 林lin 岳yue 德de 凤feng 鸣ming 怡yi 海hai 同tong 汇hui 新xin 尖jian 逸yi 成cheng 文wen 翰han 约yue 心xin ' +
  '儒ru 沙sha 口kou 水shui 下xia 方fang 朗lang 星xing 咀ju 敦dun 根gen 梅mei 圳zhen 谷gu 河he 清qing 上shang 英ying 明ming 头tou 璜huang 矶ji 村cun ' +
  '桥qiao 龙long 寿shou 烟yan 镇zhen 金jin 物wu 流liu 产chan 业ye 九jiu 片pian 三san 碧bi 樵qiao 华hua 乐le 联lian 山shan 岸an 显xian 岗gang 民min 百bai ' +
  '崇chong 太tai 瓯ou 稔ren 朝chao 泰tai 爱ai 国guo 简jian 岭ling 溪xi 舟zhou 田tian 七qi 科ke 技ji 工gong 轻qing 纺fang 城cheng 丹dan 灶zao 安an 仙xian ' +
  '银yin 升sheng 劳lao 边bian 滘jiao 宁ning 建jian 设she 罗luo 行hang 高gao 农nong 荷he 良liang 登deng 环huan 保bao 五wu 基ji 地di 狮shi 塘tang 松song ' +
  '表biao 碣jie 小xiao 涌chong 穆mu 院yuan 白bai 招zhao 洞dong 群qun 永yong 榄lan 红hong 汀ting 圃pu 兴xing 贤xian 颜yan 峰feng 谭tan 横heng 和he 街jie ' +
  '坑keng 柏bai 务wu 庄zhuang 芦lu 纲gang 状zhuang 元yuan 甫fu 驿yi 桃tao 学xue 浩hao 博bo 官guan 窑yao 光guang 唐tang 黄huang 塱lang 涡wo 莲lian 子zi ' +
  '境jing 象xiang 浦pu 澎peng 黎li 吴wu 屋wu 刘liu 万wan 泉quan 核he 汽qi 配pei 长chang 虹hong 堤di 机ji 场chang 沥li 雄xiong 直zhi 六liu 岐qi 阳yang ' +
  '嘉jia 庭ting 瑶yao 池chi 奇qi 槎cha 钟zhong 谢xie 曹cao 泌bi 冲chong 盐yan 步bu 秀xiu 雍yong 渔yu 浔xun 草cao 甘gan 蕉jiao 利li 洲zhou 邓deng 顺shun ' +
  '里li 潮chao 共gong 教jiao 旗qi 得de 宏hong 赤chi 麻ma 奢she 布bu 鹤he 僚liao 鲁lu 汤tang 逢feng 道dao 珠zhu 佛fo 展zhan 观guan 音yin 凰huang 围wei ' +
  '坊fang 丽li 锦jin 景jing 晖hui 豪hao 广guang 厦sha'

const table = new Map(SYLLABLES.split(' ').map(pair => [pair[0], pair.slice(1)]))

/** Written together, with a capital. Throws where a character is not in the table. */
export function romanised(name: string): string {
  const text = [...name].map(character => {
    const syllable = table.get(character)
    if (!syllable) throw new Error(`No pinyin for ${character} in ${name}`)
    return syllable
  })
  const joined = text.reduce((all, syllable) => all + (all && /^[aeo]/.test(syllable) ? "'" : '') + syllable, '')
  return joined.charAt(0).toUpperCase() + joined.slice(1)
}
