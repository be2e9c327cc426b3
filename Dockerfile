# The image of web, worker and beat: the same files, started by different commands (see docker-compose.yml).

FROM node:22-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 VAR_DIR=/app/var
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portal
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY --from=frontend /app/node_modules node_modules
COPY . .
RUN export SECRET_KEY=build REDIS_URL=redis://build DATABASE_URL=sqlite:///:memory: \
    && python manage.py compile_catalogues \
    && python manage.py collectstatic --noinput \
    && python manage.py unpack_fonts \
    && rm -rf node_modules \
    && mkdir -p /app/var/media \
    && chown -R portal /app/var
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "masterplan.wsgi"]
