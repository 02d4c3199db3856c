# A machine without anything of ours, for hack/bare.
ARG NODE_IMAGE=node:22-bookworm-slim
FROM ${NODE_IMAGE}
RUN --mount=type=bind,source=hack/images,target=/images \
    --mount=type=secret,id=ca --mount=type=secret,id=apt-sources --mount=type=secret,id=apt-conf \
    /images/apt.sh ca-certificates g++ git make python3
WORKDIR /claude-webui
