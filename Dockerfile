# Build: everything, with development packages.
FROM node:20-bookworm-slim AS build
WORKDIR /yitu
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npx --no-install tsc \
 && npx --no-install vite build --config server/web/vite.config.ts \
 && npm prune --omit=dev --no-audit --no-fund

# Run: Node, the compiled server, GDAL to read uploads, and an open Chinese font for reports.
FROM node:20-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends gdal-bin fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /data
WORKDIR /yitu
COPY --from=build /yitu/package.json ./
COPY --from=build /yitu/node_modules ./node_modules
COPY --from=build /yitu/build ./build
COPY layers ./layers
COPY styles ./styles
COPY migrations ./migrations
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "--heap-growing-percent=200", "build/server/main.js"]
