# Every image of the project, one target each: gateway, operator, session-runner, web, nginx (the edge of Compose) and
# server (gateway and sessions in one, for Compose). docs/IMAGES.md says what is in them; hack/build-images builds them.
#
# Each is a file system made in a build stage and copied into an empty image, so that nothing of a builder, of its
# network or of its clock is in any layer. Secrets for a closed network, all optional: ca, npmrc, apt-sources, apt-conf.

ARG NODE_IMAGE=node:22-bookworm-slim
ARG DEBIAN_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS node

# ---- What is built ---------------------------------------------------------------------------------------------------

# Without install scripts: nothing that is only fetched may run here. What has to be compiled is compiled below.
FROM node AS dependencies
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY kubernetes-api/package.json kubernetes-api/
COPY session-runner/package.json session-runner/
COPY gateway/package.json gateway/
COPY operator/package.json operator/
COPY web/package.json web/
COPY testing/package.json testing/
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=secret,id=ca --mount=type=secret,id=npmrc \
    --mount=type=cache,target=/var/cache/npm \
    /images/npm.sh ci --ignore-scripts

FROM dependencies AS servers
COPY tsconfig.base.json ./
COPY protocol protocol
COPY kubernetes-api kubernetes-api
COPY session-runner session-runner
COPY gateway gateway
RUN npx tsc -b gateway/tsconfig.build.json \
 && npm run build -w session-runner -- --sourcemap hidden \
 && npm run bundle -w gateway -- --sourcemap hidden

FROM dependencies AS operator-build
COPY tsconfig.base.json ./
COPY protocol protocol
COPY kubernetes-api kubernetes-api
COPY operator operator
RUN npx tsc -b operator/tsconfig.build.json \
 && npm run bundle -w operator -- --sourcemap hidden

FROM dependencies AS web-build
COPY tsconfig.base.json ./
COPY protocol protocol
COPY web web
RUN npm run build -w web -- --sourcemap hidden

# The one part in C++.
FROM ${DEBIAN_IMAGE} AS compiler
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/apt.sh g++ libnode-dev
COPY --from=dependencies /source/node_modules/node-pty /node-pty
RUN --mount=type=bind,source=hack/images,target=/images /images/compile-node-pty.sh

# ---- File systems without our parts ----------------------------------------------------------------------------------

FROM ${DEBIAN_IMAGE} AS system
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images --mount=type=bind,from=node,source=/usr/local/bin,target=/node \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/system.sh ca-certificates tini

# One that people derive their own from, so apt stays.
FROM ${DEBIAN_IMAGE} AS session-system
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images --mount=type=bind,from=node,source=/usr/local/bin,target=/node \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/system.sh --keep-apt bash ca-certificates git less procps ripgrep tini

FROM ${DEBIAN_IMAGE} AS server-system
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images --mount=type=bind,from=node,source=/usr/local/bin,target=/node \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/system.sh bash bubblewrap ca-certificates git less procps ripgrep tini

FROM ${DEBIAN_IMAGE} AS nginx-system
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/system.sh curl nginx-light openssl tini

# ---- Our parts, each the layers of its image -------------------------------------------------------------------------

FROM servers AS gateway-layers
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh gateway

FROM operator-build AS operator-layers
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh operator

FROM servers AS session-runner-layers
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=compiler,source=/pty,target=/pty \
    --mount=type=bind,from=session-system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh session-runner

FROM servers AS server-layers
ARG SOURCE_DATE_EPOCH=1767225600
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=compiler,source=/pty,target=/pty \
    --mount=type=bind,from=server-system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh server

FROM web-build AS web-layers
ARG SOURCE_DATE_EPOCH=1767225600
COPY web/nginx.conf /layers/web/etc/nginx/nginx.conf
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=nginx-system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh web

FROM dependencies AS nginx-layers
ARG SOURCE_DATE_EPOCH=1767225600
COPY nginx/nginx.conf /layers/nginx/etc/nginx/
COPY nginx/start.sh nginx/first-start.sh /layers/nginx/usr/local/bin/
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=bind,from=nginx-system,source=/rootfs/usr/share/sbom,target=/system \
    /images/layers.sh nginx

# ---- The images ------------------------------------------------------------------------------------------------------

FROM scratch AS gateway
COPY --from=system /rootfs/ /
COPY --from=gateway-layers /layers/gateway/ /
# A threshold that is set does not move (mallopt(3)): each password that is hashed would leave 19 MiB with a thread of the pool.
# The semi-space, in MB, is half of V8's default: what a flood of requests leaves there is 17 MB less (npm run bench:handshakes).
ENV MALLOC_TRIM_THRESHOLD_=131072
ENV NODE_ENV=production PATH=/app/bin:/usr/local/bin:/usr/bin:/bin
USER 10001:10001
EXPOSE 3001 3002
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=8", "/app/gateway/gateway.js"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3001}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
LABEL org.opencontainers.image.title="Claude Code WebUI gateway" org.opencontainers.image.licenses="Apache-2.0"

FROM scratch AS operator
COPY --from=system /rootfs/ /
COPY --from=operator-layers /layers/operator/ /
ENV NODE_ENV=production PATH=/usr/local/bin:/usr/bin:/bin
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["tini", "--", "node", "/app/operator/operator.js"]
LABEL org.opencontainers.image.title="Claude Code WebUI operator" org.opencontainers.image.licenses="Apache-2.0"

# The CLI in a layer of its own: it is nine tenths of the image and changes only with its version.
FROM scratch AS session-runner
COPY --from=session-system /rootfs/ /
COPY --from=session-runner-layers /layers/claude/ /
COPY --from=session-runner-layers /layers/session-runner/ /
ENV PATH=/app/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8
USER 10001:10001
EXPOSE 7681 9464
ENTRYPOINT ["tini", "--", "node", "/app/session-runner/session-runner.js"]
CMD ["pod"]
LABEL org.opencontainers.image.title="Claude Code WebUI session-runner" org.opencontainers.image.licenses="Apache-2.0"

FROM scratch AS server
COPY --from=server-system /rootfs/ /
COPY --from=server-layers /layers/claude/ /
COPY --from=server-layers /layers/server/ /
# As in the gateway's image.
ENV MALLOC_TRIM_THRESHOLD_=131072
ENV NODE_ENV=production PATH=/app/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 DATA_DIR=/var/lib/claude-webui
USER 10001:10001
EXPOSE 3001
ENTRYPOINT ["tini", "--", "node", "--max-semi-space-size=8", "/app/gateway/gateway.js"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3001}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
LABEL org.opencontainers.image.title="Claude Code WebUI server" org.opencontainers.image.licenses="Apache-2.0"

FROM scratch AS web
COPY --from=nginx-system /rootfs/ /
COPY --from=web-layers /layers/web/ /
ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin
USER 10001:10001
EXPOSE 3000
ENTRYPOINT ["tini", "--", "nginx", "-e", "stderr", "-g", "daemon off;"]
HEALTHCHECK --interval=10s --timeout=3s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/"]
LABEL org.opencontainers.image.title="Claude Code WebUI web client" org.opencontainers.image.licenses="Apache-2.0"

FROM scratch AS nginx
COPY --from=nginx-system /rootfs/ /
COPY --from=nginx-layers /layers/nginx/ /
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 10001:10001
EXPOSE 8080 8443
ENTRYPOINT ["tini", "--"]
CMD ["start.sh"]
HEALTHCHECK --interval=10s --timeout=3s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8081/stub_status"]
LABEL org.opencontainers.image.title="Claude Code WebUI edge" org.opencontainers.image.licenses="Apache-2.0"
