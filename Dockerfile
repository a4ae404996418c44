# One image for the code server, the webserver, the daemon and the SFTP inbox. Every package is pinned by its hash.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY locks locks
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r locks/build.txt \
    && python -m venv /opt/goldline && /opt/goldline/bin/pip install --require-hashes --no-deps -r locks/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY platform platform
COPY assets assets
COPY resources resources
COPY sensors sensors
RUN /opt/build/bin/hatchling build -t wheel -d /dist && /opt/goldline/bin/pip install --no-deps /dist/*.whl

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin goldline \
    && install -d -o goldline -g goldline -m 0750 /var/lib/goldline /var/lib/goldline/dagster /srv/inbox
COPY --from=build /opt/goldline /opt/goldline
COPY deploy /opt/deploy
# a new volume starts with what stands here: Dagster's configuration
COPY --chown=goldline:goldline deploy/dagster.yaml /var/lib/goldline/dagster/dagster.yaml
ENV PATH=/opt/goldline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GOLDLINE_HOME=/var/lib/goldline \
    DAGSTER_HOME=/var/lib/goldline/dagster
USER 10001
WORKDIR /opt/deploy
