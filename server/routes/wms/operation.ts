import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Kvp } from '../../lib/kvp.ts'

/** Answers one operation, its parameters read. */
export type Operation = (request: FastifyRequest, reply: FastifyReply, kvp: Kvp) => Promise<FastifyReply>
/** Makes it, for one endpoint. */
export type OperationMaker = (app: FastifyInstance) => Operation
