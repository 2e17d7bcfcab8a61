import fp from 'fastify-plugin'
import { checkMany } from '../land-check/check.ts'
import { WebhookSender } from '../land-check/jobs/deliver.ts'
import { JobWorker } from '../land-check/jobs/worker.ts'

declare module 'fastify' {
  interface FastifyInstance {
    jobs: { worker: JobWorker; webhooks: WebhookSender }
  }
}

/** `app.jobs`: works on land-check jobs in the background, and tells webhooks of their end. */
export default fp(
  async app => {
    const { landCheckJobs: atOnce, webhookHosts: hosts } = app.config
    const onFault = (error: unknown, jobId?: string) => app.log.error({ err: error, jobId }, 'a job failed')
    const worker = await JobWorker.start({
      engine: app.landCheck,
      checkMany,
      serverId: app.uploads.serverId,
      atOnce,
      onFault
    })
    const webhooks = await WebhookSender.start({ db: app.db, hosts, onFault })
    app.decorate('jobs', { worker, webhooks })
    // Streams of events end before the server waits for its connections to.
    app.addHook('preClose', () => worker.close())
    app.addHook('onClose', () => webhooks.close())
  },
  { name: 'land-check-jobs', dependencies: ['config', 'database', 'land-check', 'uploads'] }
)
