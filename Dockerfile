# syntax=docker/dockerfile:1

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary=:all: --requirement requirements.lock
# The package stays in /app, beside alembic/ and openapi.yaml; the environment points to it.
COPY pyproject.toml LICENSE NOTICE openapi.yaml ./
COPY alembic/ alembic/
COPY registry/ registry/
RUN pip install --no-deps --editable . \
    && python -m compileall -q registry \
    && pip uninstall --yes pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="jdm-jaki-registry" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --no-create-home --uid 10001 registry \
    && install --directory --owner=registry --mode=0700 /var/lib/registry
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    REGISTRY_HOME=/var/lib/registry \
    MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /app
USER 10001
EXPOSE 8000
VOLUME ["/var/lib/registry"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
CMD ["registry", "serve"]
