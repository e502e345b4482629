# syntax=docker/dockerfile:1
# Three stages: the client, the wheel with the Rust plane in it, and what runs.

FROM node:22-bookworm-slim AS client
WORKDIR /src
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM python:3.13-slim-bookworm AS wheel
RUN apt-get update && apt-get install -y --no-install-recommends build-essential cmake espeak-ng && rm -rf /var/lib/apt/lists/*
COPY --from=rust:1.95-slim-bookworm /usr/local/cargo /usr/local/cargo
COPY --from=rust:1.95-slim-bookworm /usr/local/rustup /usr/local/rustup
ENV PATH=/usr/local/cargo/bin:$PATH CARGO_HOME=/usr/local/cargo RUSTUP_HOME=/usr/local/rustup
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY server/ server/
COPY signaling/ signaling/
COPY scripts/make-prompts scripts/
RUN pip install --no-cache-dir 'av>=14' && scripts/make-prompts
COPY --from=client /src/dist web/dist
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim-bookworm
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels balai \
    && useradd --system --home-dir /data --shell /usr/sbin/nologin balai \
    && install -d -o balai -g balai /data
USER balai
VOLUME /data
ENV BALAI_DATA_DIR=/data
EXPOSE 8443/tcp 8444/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import os, ssl, urllib.request as r; tls = os.environ.get('BALAI_TLS') != 'off'; r.urlopen(('https' if tls else 'http') + '://127.0.0.1:8443/readyz', timeout=2, context=ssl._create_unverified_context() if tls else None)"]
ENTRYPOINT ["balai"]
CMD ["serve"]
