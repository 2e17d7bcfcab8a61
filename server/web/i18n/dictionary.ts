import type { Text } from '../api/types.ts'

const text = (zh: string, en: string): Text => ({ zh, en })

/** Every phrase of the console, in both languages. */
export const dictionary = {
  'app.title': text('一图 Yitu · 城区地图服务平台', 'Yitu 一图 · District map service'),
  'app.subtitle': text('城区地图服务平台', 'District map service'),
  language: text('语言', 'Language'),
  loading: text('正在加载…', 'Loading…'),
  retry: text('重试', 'Try again'),
  cancel: text('取消', 'Cancel'),
  close: text('关闭', 'Close'),
  yes: text('是', 'Yes'),
  no: text('否', 'No'),
  tools: text('工具', 'Tools'),

  'sign-in': text('登录', 'Sign in'),
  'sign-out': text('退出登录', 'Sign out'),
  'sign-in.title': text('用密钥登录', 'Sign in with a key'),
  'sign-in.key': text('密钥', 'Key'),
  'sign-in.placeholder': text('粘贴密钥', 'Paste your key'),
  'sign-in.hint': text(
    '密钥由管理员用 scripts/key 创建；决定可见的图层，以及能否审查用地、发布数据。',
    'Keys are made by the administrator with scripts/key; they decide which layers you see and whether you may check land or publish.'
  ),
  'role.reader': text('查阅', 'Reader'),
  'role.checker': text('审查', 'Checker'),
  'role.publisher': text('发布', 'Publisher'),
  'role.admin': text('管理员', 'Administrator'),

  'tree.title': text('图层', 'Layers'),
  'tree.toggle': text('显示或隐藏图层目录', 'Show or hide the layers'),
  'tree.search': text('搜索图层、部门', 'Search layers, departments'),
  'tree.summary': text('共 {all} 个图层，已显示 {on} 个', '{all} layers, {on} shown'),
  'tree.found': text('找到 {count} 个图层', '{count} found'),
  'tree.none': text('没有匹配的图层', 'No layer matches'),
  'tree.empty': text('没有可见的图层，登录后可查看更多', 'No layer to see; sign in for more'),
  'theme.count': text('{on}/{all}', '{on}/{all}'),
  'theme.show': text('显示专题：{theme}', 'Show theme {theme}'),

  'layer.show': text('显示图层：{layer}', 'Show layer {layer}'),
  'layer.too-far': text('z{zoom} 起可见', 'from z{zoom}'),
  'layer.empty': text('无数据', 'no data'),
  'layer.failed': text('加载失败', 'failed'),
  'layer.zoom-to': text('缩放到图层', 'Zoom to layer'),
  'layer.zoom-to.of': text('缩放到图层：{layer}', 'Zoom to layer {layer}'),
  'layer.info': text('图层信息', 'About this layer'),
  'layer.info.of': text('图层信息：{layer}', 'About layer {layer}'),
  'layer.legend': text('图例：{field}', 'Legend: {field}'),
  'layer.legend.toggle': text('展开图例：{layer}', 'Legend of {layer}'),
  'layer.department': text('责任部门', 'Department'),
  'layer.sharing': text('共享类别', 'Sharing'),
  'layer.features': text('要素数', 'Features'),
  'layer.revision': text('版本', 'Revision'),
  'layer.unpublished': text('尚未发布', 'not published yet'),
  'layer.updated': text('更新时间', 'Updated'),
  'layer.geometry': text('几何类型', 'Geometry'),
  'layer.zoom': text('显示级别', 'Zoom levels'),
  'layer.standard': text('依据标准', 'Standard'),
  'layer.standard.local': text('本地', 'local'),
  'layer.id': text('标识', 'Identifier'),
  'sharing.open': text('无条件共享', 'Open'),
  'sharing.conditional': text('有条件共享', 'Conditional'),
  'sharing.restricted': text('不予共享', 'Restricted'),

  'map.title': text('地图', 'Map'),
  'map.zoom-in': text('放大', 'Zoom in'),
  'map.zoom-out': text('缩小', 'Zoom out'),
  'map.crs.lonlat': text('CGCS2000 经纬度', 'CGCS2000 lon, lat'),
  'map.crs.switch': text('切换坐标显示方式', 'Switch how coordinates are shown'),
  'popup.title': text('要素属性', 'Attributes'),
  'popup.count': text('此处 {count} 个要素', 'Features here: {count}'),
  'popup.close': text('关闭', 'Close'),

  'check.title': text('用地审查', 'Land check'),
  'check.needs-role': text(
    '用地审查需要“审查”及以上角色，请先登录',
    'Land checks need the role checker or higher: sign in first'
  ),
  'check.parcel': text('地块', 'Parcel'),
  'check.start': text(
    '绘制或粘贴一个地块，即按现行规则与各图层现行版本逐条审查。',
    'Draw or paste a parcel; every rule in force is checked against the layers as they stand.'
  ),
  'check.way.rectangle': text('定尺矩形', 'Sized rectangle'),
  'check.way.polygon': text('绘制多边形', 'Draw polygon'),
  'check.way.text': text('粘贴坐标', 'Paste coordinates'),
  'check.width': text('宽（米）', 'Width, m'),
  'check.depth': text('深（米）', 'Depth, m'),
  'check.angle': text('旋转', 'Rotation'),
  'check.rectangle.place': text(
    '在地图上单击放置地块（单击处为中心）。',
    'Click the map to place the plot (its centre).'
  ),
  'check.rectangle.placed': text('尺寸和角度仍可调整。', 'Size and rotation can still be changed.'),
  'check.rectangle.again': text('重新放置', 'Place again'),
  'check.polygon.draw': text(
    '逐点单击，单击起点或按回车结束，按 Esc 重来。',
    'Click each corner; click the first again or press Enter to finish, Escape to start over.'
  ),
  'check.polygon.drawn': text('地块已绘制。', 'The parcel is drawn.'),
  'check.polygon.again': text('重新绘制', 'Draw again'),
  'check.crs': text('坐标系', 'CRS'),
  'check.text.axes': text(
    'WKT 与 GeoJSON 的坐标顺序均为 x y（东、北或经、纬）。',
    'In WKT and GeoJSON alike, coordinates are x y: easting northing, or longitude latitude.'
  ),
  'check.text.not-json': text('不是完整的 GeoJSON。', 'This is not complete GeoJSON.'),
  'check.run': text('开始审查', 'Check'),
  'check.clear': text('清除', 'Clear'),
  'check.completeness': text('已评估 {evaluated}/{total} 条', '{evaluated}/{total} rules evaluated'),
  'check.area.planar': text('平面面积', 'Planar area'),
  'check.area.ellipsoid': text('椭球面积', 'Ellipsoidal area'),
  'check.perimeter': text('周长', 'Perimeter'),
  'check.margin': text('到禁限区的距离', 'Margin to limits'),
  'check.margin.none': text('附近没有', 'none near'),
  'check.sensitive': text(
    '结论对界址敏感：界址移动 {metres} 米，结论可能改变。',
    'Boundary-sensitive: were the boundary {metres} m off, the verdict might differ.'
  ),
  'check.suggestions': text('如何调整', 'What could be changed'),
  'check.suggestion.show': text('在地图上显示', 'Show on the map'),
  'check.suggestion.check': text('审查此方案', 'Check it'),
  'check.report.html': text('审查报告', 'Report'),
  'check.report.pdf': text('下载 PDF', 'Download as PDF'),
  'check.plot': text('地块', 'Plot'),
  'check.txt.understood': text(
    '读到 {count} 个地块，所选地块 {area} m²。',
    'Plots understood: {count}; the chosen one has {area} m².'
  ),
  'check.partition.incomplete': text(
    '有参与分区的规则未能评估，分区不完整。',
    'A rule that feeds the partition was not evaluated: it is incomplete.'
  ),
  'check.slivers': text(
    '另有允差内细碎图形 {count} 处，共 {area} m²，已计入上表。',
    'Slivers within tolerance: {count}, {area} m² in all, counted in the table.'
  ),
  'check.engine': text('计算引擎', 'Engine'),
  'check.partition': text('净分区', 'Net partition'),
  'check.class': text('分区', 'Class'),
  'check.area': text('面积（m²）', 'Area, m²'),
  'check.share': text('占比', 'Share'),
  'check.total': text('合计', 'Total'),
  'check.rules': text('规则', 'Rules'),
  'check.provenance': text('依据与留痕', 'Provenance'),
  'check.id': text('审查编号', 'Check'),
  'check.created': text('审查时间', 'Checked'),
  'check.ruleset': text('规则集', 'Rule set'),
  'check.input-hash': text('输入摘要', 'Input hash'),
  'check.result-hash': text('结果摘要', 'Result hash'),
  'check.layers': text('图层版本', 'Layer revisions'),
  'check.download': text('下载审查结果（JSON）', 'Download the result (JSON)'),
  'class.forbidden': text('禁建', 'Forbidden'),
  'class.restricted': text('限建', 'Restricted'),
  'class.buildable': text('可建', 'Buildable'),
  'class.uncovered': text('未覆盖', 'Uncovered'),
  'verdict.REJECT': text('不通过', 'Rejected'),
  'verdict.REJECT.meaning': text('触及强制性禁止规则', 'A mandatory prohibition is hit'),
  'verdict.INDETERMINATE': text('无法判定', 'Indeterminate'),
  'verdict.INDETERMINATE.meaning': text('有必须评估的规则未能评估', 'A mandatory rule could not be evaluated'),
  'verdict.REVIEW': text('人工复核', 'Needs review'),
  'verdict.REVIEW.meaning': text('存在须人工判断的情形', 'Something calls for a person to judge'),
  'verdict.CONDITIONAL': text('有条件通过', 'Conditional'),
  'verdict.CONDITIONAL.meaning': text('满足所列条件后可建', 'May be built on once the conditions are met'),
  'verdict.PASS': text('通过', 'Passed'),
  'verdict.PASS.meaning': text('全部规则已评估，未见障碍', 'Every rule was evaluated; nothing stands in the way'),
  'rule.HIT': text('触及', 'Hit'),
  'rule.INSIDE': text('位于其中', 'Inside'),
  'rule.NO_HIT': text('未触及', 'Clear'),
  'rule.SLIVER': text('细碎重叠', 'Sliver'),
  'rule.NOT_EVALUATED': text('未评估', 'Not evaluated'),
  'rule.NOT_APPLICABLE': text('不适用', 'Not applicable'),
  'rule.basis': text('依据', 'Basis'),

  'upload.title': text('发布数据', 'Publish data'),
  'upload.drop': text('拖入文件：GeoJSON，或打包的 Shapefile（.zip）', 'Drop a file: GeoJSON, or a zipped shapefile'),
  'upload.choose': text('选择文件', 'Choose a file'),
  'upload.target': text('发布到', 'Publish to'),
  'upload.target.new': text('新图层', 'A new layer'),
  'upload.target.existing': text('已有图层', 'An existing layer'),
  'upload.id': text('图层标识（小写字母、数字、连字符）', 'Layer id (lower case letters, digits, hyphens)'),
  'upload.id.bad': text('以字母开头，只用小写字母、数字和连字符', 'Begin with a letter; use only a–z, 0–9 and hyphens'),
  'upload.id.taken': text(
    '已有同名图层；要更新它，请选“已有图层”',
    'This layer exists already; to update it, publish to an existing layer'
  ),
  'upload.name': text('中文名称', 'Title (Chinese)'),
  'upload.name-en': text('英文名称（可选）', 'Title (English, optional)'),
  'upload.layer': text('图层', 'Layer'),
  'upload.layer.pick': text('选择图层', 'Pick a layer'),
  'upload.mode': text('方式', 'Mode'),
  'upload.mode.replace': text('替换', 'Replace'),
  'upload.mode.append': text('追加', 'Append'),
  'upload.mode.replace.hint': text(
    '文件成为该图层的全部现行数据；旧版本保留，可追溯。',
    'The file becomes all of the layer; earlier revisions stay on record.'
  ),
  'upload.mode.append.hint': text(
    '新增要素；业务主键相同的要素被更新。',
    'Adds features; those with the same key are updated.'
  ),
  'upload.run': text('上传并发布', 'Upload and publish'),
  'upload.phase.sending': text('正在上传…', 'Uploading…'),
  'upload.phase.received': text('已收到，等待处理…', 'Received, waiting…'),
  'upload.phase.reading': text('正在读取…', 'Reading…'),
  'upload.phase.checking': text('正在检查…', 'Checking…'),
  'upload.phase.publishing': text('正在发布…', 'Publishing…'),
  'upload.phase.published': text('已发布，图层已加到地图上', 'Published, and shown on the map'),
  'upload.phase.refused': text(
    '未发布：数据须先修正，现有数据未改动',
    'Not published: the data need mending; nothing was changed'
  ),
  'upload.phase.failed': text('未发布，现有数据未改动', 'Not published; nothing was changed'),
  'upload.sharing': text('共享类别', 'Sharing'),
  'report.source': text('来源', 'Source'),
  'report.crs': text('坐标系', 'CRS'),
  'report.encoding': text('编码', 'Encoding'),
  'report.features': text('要素', 'Features'),
  'report.result': text('变更', 'Changes'),
  'report.changes': text(
    '新增 {inserted}，更新 {updated}，移除 {removed}，现有 {featureCount}',
    '{inserted} added, {updated} updated, {removed} removed; {featureCount} in all'
  ),
  'report.unchanged': text('与现行版本相同', 'same as what was published'),
  'report.issues': text('问题：错误 {errors}，警告 {warnings}', 'Issues: {errors} errors, {warnings} warnings'),

  'problem.line': text('第 {line} 行', 'line {line}'),
  'problem.feature': text('要素 {feature}', 'feature {feature}')
} satisfies Record<string, Text>

export type Phrase = keyof typeof dictionary
