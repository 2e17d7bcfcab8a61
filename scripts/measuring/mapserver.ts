import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './own-server.ts'

/** MapServer behind FastCGI and nginx on the loopback, for as long as a measurement takes. */
export interface MapServer {
  base: string
  stop(): Promise<void>
}

const MAPSERV = '/usr/bin/mapserv'
const NGINX = '/usr/sbin/nginx'
const SPAWN_FCGI = '/usr/bin/spawn-fcgi'

/** What is missing for it on this machine (Debian: cgi-mapserver, nginx-light, spawn-fcgi); undefined: nothing. */
export const withoutMapServer = (): string | undefined => {
  const missing = [MAPSERV, NGINX, SPAWN_FCGI].filter(file => !existsSync(file))
  return missing.length > 0 ? `${missing.join(', ')} absent` : undefined
}

/** `MapServer version 8.0.0` */
export const mapServerVersion = (): string =>
  spawnSync(MAPSERV, ['-v'], { encoding: 'utf8' }).stdout.split(' ').slice(0, 3).join(' ')

/**
 * Starts MapServer processes that wait at one socket, and an nginx before them.
 * @param folder for the mapfile, the socket and what both write
 * @throws when it does not draw within ten seconds; what it said is in the message
 */
export async function startMapServer(
  { mapfile, fonts }: { mapfile: string; fonts: string },
  { folder, processes }: { folder: string; processes: number }
): Promise<MapServer> {
  const file = (name: string) => join(folder, name)
  const port = await freePort()
  await writeFile(file('bench.map'), mapfile)
  await writeFile(file('fonts.list'), fonts)
  await writeFile(file('mapserver.conf'), `CONFIG\n  ENV\n    MS_MAPFILE "${file('bench.map')}"\n  END\nEND\n`)
  await writeFile(file('nginx.conf'), nginxConfig(folder, port))
  await promisify(execFile)(
    SPAWN_FCGI,
    ['-s', file('ms.sock'), '-F', String(processes), '-P', file('ms.pid'), MAPSERV],
    {
      env: { ...process.env, MAPSERVER_CONFIG_FILE: file('mapserver.conf') }
    }
  )
  const pids = (await readFile(file('ms.pid'), 'utf8')).split(/\s+/).filter(Boolean).map(Number)
  const nginx = spawn(NGINX, ['-p', folder, '-c', file('nginx.conf'), '-e', file('nginx.log')], { stdio: 'ignore' })
  const server: MapServer = {
    base: `http://127.0.0.1:${port}`,
    stop: () => stop(pids, nginx)
  }
  await untilAnswering(server, file('nginx.log'))
  return server
}

const nginxConfig = (folder: string, port: number): string => `daemon off;
user ${userInfo().username};
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/nginx-body;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  proxy_temp_path ${folder}/nginx-proxy;
  scgi_temp_path ${folder}/nginx-scgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    location /wms {
      fastcgi_pass unix:${folder}/ms.sock;
      fastcgi_buffers 64 64k;
      fastcgi_read_timeout 120s;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param SERVER_NAME $server_name;
      fastcgi_param SERVER_PORT $server_port;
      fastcgi_param SCRIPT_NAME /wms;
      fastcgi_param GATEWAY_INTERFACE CGI/1.1;
    }
  }
}
`

async function untilAnswering(server: MapServer, log: string): Promise<void> {
  const query = 'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities'
  for (const deadline = Date.now() + 10_000; ; await wait(100)) {
    const answer = await fetch(`${server.base}/wms?${query}`).catch(() => undefined)
    const text = (await answer?.text()) ?? ''
    if (text.includes('<WMS_Capabilities')) return
    if (Date.now() < deadline) continue
    await server.stop()
    throw new Error(`MapServer did not answer: ${text || (await readFile(log, 'utf8').catch(() => ''))}`)
  }
}

async function stop(pids: readonly number[], nginx: ChildProcess): Promise<void> {
  const ended = new Promise<void>(resolve => nginx.once('exit', () => resolve()))
  const isRunning = nginx.exitCode === null && nginx.signalCode === null
  nginx.kill('SIGTERM')
  if (isRunning) await ended
  for (const pid of pids) {
    try {
      // It hears nothing else while it waits for a request.
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
