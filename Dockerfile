# syntax=docker/dockerfile:1

# The console as one static binary in an otherwise empty image.
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t workspace-order-console .
#   docker run --network host --volume console-data:/data workspace-order-console
#
# Why --network host: the console signs people in by a one-time link that it prints, and because whoever
# holds that link is an admin, it refuses to listen on anything but loopback as long as that is the way
# to sign in. Inside a network of its own a container's loopback cannot be reached, so --publish is of no
# use. Behind a company's single sign-on (--auth header or jwt) it listens on every address: deploy/.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY Makefile ./
COPY cmd ./cmd
COPY internal ./internal
COPY migrations ./migrations
COPY web ./web
ARG VERSION=container
RUN make build BINARY=/image/console VERSION="$VERSION"
# Folders that an empty image lacks: for the data, and for SQLite's temporary files.
RUN mkdir -p /image/data /image/tmp

FROM scratch
# Certificates, to trust the cloud's address.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /image/ /
USER 65532:65532
ENV CONSOLE_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=5s CMD ["/console", "health"]
ENTRYPOINT ["/console"]
