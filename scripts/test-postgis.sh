# shellcheck shell=bash
# A private PostgreSQL cluster with PostGIS for the tests; sets TEST_DATABASE_URL. Sourced by scripts/test.

postgres_bin() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    [ -e "/usr/share/postgresql/$(basename "$(dirname "$dir")")/extension/postgis.control" ] && { echo "$dir"; return; }
  done
}

install_packages() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  echo "Installing $* …"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1
}

start_postgis() {
  # ogr2ogr is the second of the two readers of uploads; its tests are skipped where it is missing.
  command -v ogr2ogr >/dev/null || install_packages gdal-bin || echo "ogr2ogr (Debian: gdal-bin) is missing."
  [ -n "${TEST_DATABASE_URL:-}" ] && return
  [ -n "$(postgres_bin)" ] || install_packages postgresql-15-postgis-3
  POSTGRES_BIN=$(postgres_bin)
  if [ -z "$POSTGRES_BIN" ]; then
    echo "PostgreSQL with PostGIS (Debian: postgresql-15-postgis-3) is missing: tests on it are skipped."
    return
  fi
  POSTGRES_DIR=$(mktemp -d)
  # The server refuses to run as root.
  if [ "$(id -u)" -eq 0 ]; then
    AS_POSTGRES=(runuser -u postgres --)
    chown postgres "$POSTGRES_DIR"
  else
    AS_POSTGRES=()
  fi
  local port
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  # Nothing here outlives the tests, so nothing waits for the disk.
  (cd "$POSTGRES_DIR" &&
    "${AS_POSTGRES[@]}" "$POSTGRES_BIN/initdb" -D "$POSTGRES_DIR/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null &&
    "${AS_POSTGRES[@]}" "$POSTGRES_BIN/pg_ctl" -D "$POSTGRES_DIR/data" -l "$POSTGRES_DIR/log" -w start \
      -o "-p $port -k $POSTGRES_DIR -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200" >/dev/null) ||
    { echo "The private PostgreSQL cluster did not start:"; cat "$POSTGRES_DIR/log"; return; }
  export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

stop_postgis() {
  [ -n "${POSTGRES_DIR:-}" ] || return 0
  (cd "$POSTGRES_DIR" && "${AS_POSTGRES[@]}" "$POSTGRES_BIN/pg_ctl" -D "$POSTGRES_DIR/data" -m immediate stop >/dev/null 2>&1)
  rm -rf "$POSTGRES_DIR"
}
