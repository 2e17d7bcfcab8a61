import { defineProblem } from '../../lib/errors.ts'

/** What can be wrong with a job. */

export const jobUnknown = defineProblem(
  'JOB_UNKNOWN',
  404,
  { zh: '没有这个批量审查任务', en: 'No such land-check job' },
  { zh: '没有批量审查任务 {id}。', en: 'There is no land-check job {id}.' }
)

export const jobEmpty = defineProblem(
  'JOB_EMPTY',
  422,
  { zh: '任务中没有地块', en: 'The job has no parcels' },
  {
    zh: '没有可审查的地块{place}。请检查条目、文件或筛选条件。',
    en: 'There is no parcel to check{place}. Look at the items, the file or the filter.'
  }
)

export const jobTooLarge = defineProblem(
  'JOB_TOO_LARGE',
  413,
  { zh: '任务过大', en: 'The job is too large' },
  {
    zh: '任务有 {items} 个地块，一次最多 {limit} 个。请分成几个任务提交。',
    en: 'The job has {items} parcels; at most {limit} at once. Send it as several jobs.'
  }
)

export const jobNotYours = defineProblem(
  'JOB_NOT_YOURS',
  403,
  { zh: '不是您的任务', en: 'Not your job' },
  {
    zh: '任务 {id} 由另一个密钥提交，只有提交者和管理员可以更改它。',
    en: 'Job {id} was sent with another key; only that key and administrators may change it.'
  }
)

export const jobOpen = defineProblem(
  'JOB_NOT_FINISHED',
  409,
  { zh: '任务尚未结束', en: 'The job has not finished' },
  {
    zh: '任务 {id} 的状态为 {status}，结束后才能这样做。',
    en: 'Job {id} is {status}; this can be done when it has ended.'
  }
)

export const jobItemFailed = defineProblem(
  'JOB_ITEM_FAILED',
  500,
  { zh: '此地块多次未能审查', en: 'This parcel could not be checked' },
  {
    zh: '此地块审查了 {attempts} 次都没有完成（服务器出错或被中断），未作出结论。请单独提交，或联系管理员查看日志。',
    en: '{attempts} attempts at this parcel did not come to an end (the server failed or was stopped), so there is no verdict. Send it alone, or ask the administrator to read the log.'
  }
)

export const cursorBad = defineProblem(
  'CURSOR_BAD',
  400,
  { zh: '分页游标无效', en: 'The cursor is not ours' },
  {
    zh: 'cursor 不是此任务给出的。请使用上一页 links.next 中的地址。',
    en: 'This cursor was not given out here. Use the address in links.next of the page before.'
  }
)

export const filterField = defineProblem(
  'FILTER_FIELD_UNKNOWN',
  422,
  { zh: '图层没有这个字段', en: 'The layer has no such field' },
  {
    zh: '图层 {layer} 没有字段 {field}。可用字段：{known}。',
    en: 'Layer {layer} has no field {field}. There are: {known}.'
  }
)

export const layerNotAreas = defineProblem(
  'LAYER_NOT_POLYGONS',
  422,
  { zh: '图层不是面', en: 'The layer holds no areas' },
  {
    zh: '图层 {layer} 的几何类型是 {geometry}，只有面可以审查。',
    en: 'Layer {layer} holds {geometry}; only polygons can be checked.'
  }
)

export const webhookHost = defineProblem(
  'WEBHOOK_HOST_REFUSED',
  422,
  { zh: '不允许的回调地址', en: 'The webhook address is not allowed' },
  {
    zh: '回调地址 {host} 不在允许的主机之列。管理员用 WEBHOOK_HOSTS 设置允许的主机；地址不得带有用户名、密码或 # 部分。',
    en: 'The webhook address {host} is not among the allowed hosts. The administrator sets them in WEBHOOK_HOSTS; an address must not carry a user name, a password or a # part.'
  }
)

export const webhookNone = defineProblem(
  'WEBHOOK_NONE',
  409,
  { zh: '没有可重发的通知', en: 'Nothing to send again' },
  {
    zh: '任务 {id} 没有回调地址，或尚未结束，没有可重发的通知。',
    en: 'Job {id} has no webhook or has not ended: there is no event to send again.'
  }
)
