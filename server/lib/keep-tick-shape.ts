import { executionAsyncResource } from 'node:async_hooks'

const kept: object[] = []

/*
 * Node.js makes a small object for every process.nextTick, of which each request has several. V8 forgets the shape of
 * objects of which none is left when it collects garbage, and code that then meets its like under a new shape makes
 * them the slow way for good: a 304 took 35 µs of the processor instead of 24. One that stays keeps the shape. To be
 * imported before all that takes memory.
 */
process.nextTick(() => kept.push(executionAsyncResource()))
