import fastify, { type FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import type { Database } from './lib/sql.ts'
import accessPlugin from './plugins/access.ts'
import archivesPlugin from './plugins/archives.ts'
import catalogPlugin from './plugins/catalog.ts'
import configPlugin from './plugins/config.ts'
import databasePlugin from './plugins/database.ts'
import divisionsPlugin from './plugins/divisions.ts'
import errorsPlugin from './plugins/errors.ts'
import expressLanePlugin, { ExpressLane } from './plugins/express-lane.ts'
import featureInfoPlugin from './plugins/feature-info.ts'
import inPlacePlugin from './plugins/in-place.ts'
import landCheckPlugin from './plugins/land-check.ts'
import landCheckJobsPlugin from './plugins/land-check-jobs.ts'
import legendsPlugin from './plugins/legends.ts'
import mapsPlugin from './plugins/maps.ts'
import metricsPlugin from './plugins/metrics.ts'
import openapiPlugin from './plugins/openapi.ts'
import picturesPlugin from './plugins/pictures.ts'
import schemaPlugin from './plugins/schema.ts'
import servicesPlugin from './plugins/services.ts'
import tileDeliveryPlugin from './plugins/tile-delivery.ts'
import tilesPlugin from './plugins/tiles.ts'
import uploadsPlugin from './plugins/uploads.ts'
import viewsPlugin from './plugins/views.ts'
import webSecurityPlugin from './plugins/web-security.ts'
import consoleRoutes from './routes/console.ts'
import divisionsRoutes from './routes/divisions.ts'
import fontsRoutes from './routes/fonts.ts'
import healthRoutes from './routes/health.ts'
import keysRoutes from './routes/keys.ts'
import landCheckJobsRoutes from './routes/land-check-jobs.ts'
import landCheckJobsIntakeRoutes from './routes/land-check-jobs-intake.ts'
import landCheckReportsRoutes from './routes/land-check-reports.ts'
import landCheckTrustRoutes from './routes/land-check-trust.ts'
import landChecksRoutes from './routes/land-checks.ts'
import layerStyleChangesRoutes from './routes/layer-style-changes.ts'
import layerStylesRoutes from './routes/layer-styles.ts'
import layersRoutes from './routes/layers.ts'
import metricsRoutes from './routes/metrics.ts'
import ogcProcessesRoutes from './routes/ogc-processes.ts'
import picturesRoutes from './routes/pictures/index.ts'
import rasterTilesRoutes from './routes/raster-tiles.ts'
import rulesetsRoutes from './routes/rulesets.ts'
import serviceMetadataRoutes from './routes/service-metadata.ts'
import servicesRoutes from './routes/services.ts'
import sessionRoutes from './routes/session.ts'
import spritesRoutes from './routes/sprites.ts'
import standardRoutes from './routes/standard.ts'
import stylesRoutes from './routes/styles.ts'
import summaryRoutes from './routes/summary.ts'
import tilesRoutes from './routes/tiles.ts'
import uploadsRoutes from './routes/uploads.ts'
import wmsRoutes from './routes/wms/index.ts'
import wmtsRoutes from './routes/wmts/index.ts'

export interface AppOptions {
  config: Config
  /** An open, migrated database that the caller closes; without it the configured one is opened. */
  db?: Database
  /** Whether it is to be at its full pace from the first request on: the start takes somewhat longer. */
  rehearse?: boolean
  /** Where the log goes instead of standard output. */
  logStream?: NodeJS.WritableStream
}

/** The server, ready to listen or to be asked with `inject`: every plugin and every route, in order. */
export async function buildApp({ config, db, rehearse = false, logStream }: AppOptions): Promise<FastifyInstance> {
  const express = new ExpressLane()
  const app = fastify({
    serverFactory: express.server,
    logger: { level: config.logLevel, serializers: { req: logRequest }, ...(logStream && { stream: logStream }) },
    trustProxy: config.trustProxy ? config.trustProxy.split(',').map(address => address.trim()) : false,
    bodyLimit: 8 * 1024 * 1024,
    requestTimeout: 300_000,
    // Making the embedded database for the first time takes a quarter of a minute, on a busy machine more.
    pluginTimeout: 300_000,
    forceCloseConnections: true,
    // A tile address may join twenty layer ids.
    routerOptions: { maxParamLength: 1000 }
  })

  await app.register(configPlugin, { config })
  await app.register(schemaPlugin)
  await app.register(errorsPlugin)
  await app.register(webSecurityPlugin)
  await app.register(openapiPlugin)
  await app.register(databasePlugin, { db })
  await app.register(accessPlugin)
  await app.register(catalogPlugin)
  await app.register(inPlacePlugin)
  await app.register(archivesPlugin)
  await app.register(divisionsPlugin)
  await app.register(viewsPlugin)
  await app.register(tilesPlugin, { rehearse })
  await app.register(expressLanePlugin, { express })
  await app.register(tileDeliveryPlugin)
  await app.register(mapsPlugin)
  await app.register(picturesPlugin, { rehearse })
  await app.register(metricsPlugin)
  await app.register(legendsPlugin)
  await app.register(featureInfoPlugin)
  await app.register(servicesPlugin)
  await app.register(uploadsPlugin)
  await app.register(landCheckPlugin)
  await app.register(landCheckJobsPlugin)

  await app.register(healthRoutes)
  await app.register(metricsRoutes)
  await app.register(sessionRoutes)
  await app.register(keysRoutes)
  await app.register(layersRoutes)
  await app.register(layerStylesRoutes)
  await app.register(layerStyleChangesRoutes)
  await app.register(summaryRoutes)
  await app.register(standardRoutes)
  await app.register(divisionsRoutes)
  await app.register(servicesRoutes)
  await app.register(serviceMetadataRoutes)
  await app.register(stylesRoutes)
  await app.register(spritesRoutes)
  await app.register(fontsRoutes)
  await app.register(tilesRoutes)
  await app.register(rasterTilesRoutes)
  await app.register(picturesRoutes)
  await app.register(wmtsRoutes)
  await app.register(wmsRoutes)
  await app.register(uploadsRoutes)
  await app.register(rulesetsRoutes)
  await app.register(landChecksRoutes)
  await app.register(landCheckReportsRoutes)
  await app.register(landCheckTrustRoutes)
  await app.register(landCheckJobsRoutes)
  await app.register(landCheckJobsIntakeRoutes)
  await app.register(ogcProcessesRoutes)
  await app.register(consoleRoutes)

  await app.ready()
  return app
}

/** What is logged of a request: keys and tokens in its URL never are. */
function logRequest({ method, url, ip }: { method: string; url: string; ip: string }) {
  return { method, url: url.replace(/([?&](?:key|token)=)[^&]*/gi, '$1…'), ip }
}
