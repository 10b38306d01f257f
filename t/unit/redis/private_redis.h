/*
 * A redis-server of the test's own on a unix socket in its own folder, and a
 * blocking client built from the parts under test.
 */
#ifndef PRIVATE_REDIS_H
#define PRIVATE_REDIS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pz_redis.h"
#include "reply_text.h"

typedef struct {
    char   folder[64];
    char   path[96];
    pid_t  pid;
} private_redis_t;

typedef struct {
    int                  fd;
    pz_redis_reader_t   *reader;
    pz_arena_t          *arena;
} redis_client_t;


static int
private_redis_connect(const private_redis_t *server)
{
    int                 fd;
    struct sockaddr_un  address = { .sun_family = AF_UNIX };

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0) {
        return fd;
    }

    close(fd);
    return -1;
}


/* The child: never returns. */
static void
private_redis_run(const private_redis_t *server)
{
    int  null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(null, 1);
    dup2(null, 2);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->path,
           "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", server->folder,
           (char *) NULL);
    _exit(127);
}


/* 0, or -1 when there is no redis-server to start. */
static int
private_redis_start(private_redis_t *server)
{
    int  i, fd, status;

    strcpy(server->folder, "/tmp/pz-redis-XXXXXX");

    if (mkdtemp(server->folder) == NULL) {
        return -1;
    }

    snprintf(server->path, sizeof(server->path), "%s/r.sock", server->folder);
    server->pid = fork();

    if (server->pid == 0) {
        private_redis_run(server);
    }

    for (i = 0; i < 500; i++) {
        fd = private_redis_connect(server);

        if (fd >= 0) {
            close(fd);
            return 0;
        }

        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            break;
        }

        usleep(10000);
    }

    rmdir(server->folder);
    return -1;
}


static void
private_redis_stop(private_redis_t *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    unlink(server->path);
    rmdir(server->folder);
}


static redis_client_t
redis_client(const private_redis_t *server)
{
    redis_client_t  client;

    client.fd = private_redis_connect(server);
    client.reader = pz_redis_reader_create(NULL);
    client.arena = pz_arena_create(4 * 1024 * 1024, 0);
    return client;
}


static void
redis_client_close(redis_client_t *client)
{
    close(client->fd);
    pz_redis_reader_destroy(client->reader);
    pz_arena_destroy(client->arena);
}


static void
redis_send(redis_client_t *client, pz_str_t bytes)
{
    ssize_t  n;

    while (bytes.len > 0) {
        n = write(client->fd, bytes.data, bytes.len);

        if (n <= 0) {
            fprintf(stderr, "cannot write to redis: %s\n", strerror(errno));
            abort();
        }

        bytes = pz_str_skip(bytes, (size_t) n);
    }
}


/* The next reply as text, valid until the next reset of the arena. */
static const char *
redis_reply(redis_client_t *client)
{
    int       done = 0;
    char      byte;
    pz_sb_t   sb;
    pz_str_t  text = { &byte, 1 };

    while (!done) {
        if (read(client->fd, &byte, 1) != 1
            || pz_redis_reader_feed(client->reader, text, &done) != 1)
        {
            fprintf(stderr, "cannot read from redis\n");
            abort();
        }
    }

    pz_sb_init(&sb, client->arena, 65536);
    reply_text(&sb, pz_redis_reader_take(client->reader, client->arena));
    (void) pz_sb_done(&sb, &text);
    return text.data;
}


/* Words separated by spaces: for set-up and questions. */
static const char *
redis_ask(redis_client_t *client, const char *words)
{
    size_t    argc = 0;
    pz_sb_t   sb;
    pz_str_t  argv[16], rest = pz_str_from(words), text;

    pz_arena_reset(client->arena);

    while (argc < 16 && pz_str_next_item(&rest, ' ', &argv[argc])) {
        argc++;
    }

    pz_sb_init(&sb, client->arena, 65536);
    pz_redis_command(&sb, argv, argc);
    (void) pz_sb_done(&sb, &text);
    redis_send(client, text);
    return redis_reply(client);
}

#endif
