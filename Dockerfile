# Builds with everything, runs with nothing but what runs. PostgreSQL and a mail server are elsewhere: see docker-compose.yml.
FROM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY nest-cli.json tsconfig.json ./
COPY dev ./dev
COPY src ./src
RUN npm run build && npm run image:files -- /image

FROM node:24-alpine
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /image ./
RUN ln -s /app/dist/munjigi.cjs /usr/local/bin/munjigi
# By number, so that Kubernetes can see that it is not root. It owns none of the files.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/start.cjs"]
