FROM oven/bun:1.4.5 AS build
WORKDIR /src
# The packages change less often than the code.
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY . .
# The script packs what the executable carries of the packages, which the step above left out.
RUN bun static/pack.ts && bun static/build.ts && mkdir /empty

# The C library, certificates and nothing else: no shell, no package manager.
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /src/dist/kagi /usr/local/bin/kagi
COPY --from=build --chown=nonroot:nonroot --chmod=0700 /empty /data
ENV HOST=0.0.0.0 PORT=3000 KAGI_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
USER nonroot
WORKDIR /data
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s --retries=3 CMD ["/usr/local/bin/kagi", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/kagi"]
CMD ["serve"]
