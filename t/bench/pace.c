/*
 * Requests at a steady pace, whatever becomes of them: what a closed loop (wrk) cannot show.  A
 * server that stalls gets no fewer requests for it, and each one's time counts from when it was
 * due (no coordinated omission).
 *
 *   pace PORT CONNECTIONS RATE SECONDS PREFIX PAGES VISITORS SEED MARK
 *
 * GET PREFIX<n>.html with the cookie visitor=v<m>, n and m by chance.  A line a request on
 * standard output: when it was due (us, monotonic clock), how long it took (us), and p (whole, with
 * MARK in its first 32 KB), o (whole, without) or f (failed).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define HEAD      (32 * 1024)      /* bytes of a response that are looked at */
#define PATIENCE  5000000          /* us until a request has failed */
#define DRAIN     2000000          /* us that the last ones may take */

typedef struct {
    int       fd;                  /* -1: not connected */
    int       busy;
    uint64_t  due;
    char      head[HEAD];
    size_t    len;                 /* in head */
    size_t    total;               /* received */
    size_t    body;                /* where it begins; 0: not known yet */
    long      length;              /* of the body; -1: chunked */
    char      tail[5];
} connection_t;

typedef struct {
    uint64_t *due;                 /* a ring of those that wait for a connection */
    size_t    first, count, room;
} queue_t;

typedef struct {
    struct sockaddr_in  to;
    const char         *prefix;
    const char         *mark;
    unsigned            pages, visitors;
    uint64_t            seed;
    int                 epoll;
    connection_t       *all;
    size_t              n;
    size_t              busy;
    queue_t             waiting;
} pace_t;

static void
die(const char *what)
{
    fprintf(stderr, "pace: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t
now_us(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static unsigned
chance(pace_t *p, unsigned below)
{
    p->seed = p->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned) ((p->seed >> 33) % below);
}

static void
finish(pace_t *p, connection_t *c, char outcome)
{
    printf("%" PRIu64 " %" PRIu64 " %c\n", c->due, now_us() - c->due, outcome);
    c->busy = 0;
    p->busy--;

    if (outcome == 'f' && c->fd >= 0) {
        close(c->fd);
        c->fd = -1;
    }
}

static int
connected(pace_t *p, connection_t *c)
{
    int                 on = 1;
    struct epoll_event  event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = c };

    if (c->fd >= 0) {
        return 1;
    }

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0) {
        die("socket");
    }

    /* to a port of this machine: it is there at once or not at all */
    if (connect(c->fd, (struct sockaddr *) &p->to, sizeof(p->to)) != 0) {
        close(c->fd);
        c->fd = -1;
        return 0;
    }

    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        die("epoll_ctl");
    }
    return 1;
}

static void
ask(pace_t *p, connection_t *c, uint64_t due)
{
    int   n;
    char  request[1024];

    c->busy = 1;
    p->busy++;
    c->due = due;
    c->len = c->total = c->body = 0;
    c->length = -1;
    memset(c->tail, 0, sizeof(c->tail));

    n = snprintf(request, sizeof(request),
                 "GET %s%u.html HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\n"
                 "Sec-Fetch-Dest: document\r\nCookie: theme=light; visitor=v%u\r\n\r\n",
                 p->prefix, 1 + chance(p, p->pages), 1 + chance(p, p->visitors));

    if (!connected(p, c) || send(c->fd, request, (size_t) n, MSG_NOSIGNAL) != n) {
        finish(p, c, 'f');
    }
}

/* The response's header, once it is whole: 0 when it is not one that is wanted. */
static int
read_header(connection_t *c)
{
    char  *end, *length;

    c->head[c->len] = '\0';
    end = strstr(c->head, "\r\n\r\n");

    if (end == NULL) {
        return c->len < HEAD - 1;
    }

    c->body = (size_t) (end - c->head) + 4;
    length = strcasestr(c->head, "\r\nContent-Length:");

    if (length != NULL && length < end) {
        c->length = strtol(length + 17, NULL, 10);
    }

    return strncmp(c->head, "HTTP/1.1 200 ", 13) == 0;
}

/* The pages have no CR: the last chunk is where these five bytes end what has come. */
static int
is_whole(const connection_t *c)
{
    if (c->body == 0) {
        return 0;
    }

    return c->length >= 0 ? c->total - c->body >= (size_t) c->length
                          : memcmp(c->tail, "0\r\n\r\n", 5) == 0;
}

static void
take(connection_t *c, const char *bytes, size_t n)
{
    size_t  keep;

    keep = HEAD - 1 - c->len < n ? HEAD - 1 - c->len : n;
    memcpy(c->head + c->len, bytes, keep);
    c->len += keep;
    c->total += n;

    if (n >= sizeof(c->tail)) {
        memcpy(c->tail, bytes + n - sizeof(c->tail), sizeof(c->tail));
    } else {
        memmove(c->tail, c->tail + n, sizeof(c->tail) - n);
        memcpy(c->tail + sizeof(c->tail) - n, bytes, n);
    }
}

static void
receive(pace_t *p, connection_t *c)
{
    ssize_t  n;
    char     bytes[65536];

    for (;;) {
        n = recv(c->fd, bytes, sizeof(bytes), 0);

        if (n < 0 && errno == EAGAIN) {
            return;
        }

        if (n <= 0) {
            if (c->busy) {
                finish(p, c, 'f');
            } else {
                close(c->fd);
                c->fd = -1;
            }
            return;
        }

        take(c, bytes, (size_t) n);

        if (!c->busy || (c->body == 0 && !read_header(c))) {
            c->busy ? finish(p, c, 'f') : (void) (close(c->fd), c->fd = -1);
            return;
        }

        if (is_whole(c)) {
            finish(p, c, memmem(c->head, c->len, p->mark, strlen(p->mark)) != NULL ? 'p' : 'o');
        }
    }
}

static void
enqueue(queue_t *q, uint64_t due)
{
    if (q->count == q->room) {
        fprintf(stderr, "pace: %zu requests wait: the server is far behind\n", q->count);
        exit(1);
    }
    q->due[(q->first + q->count++) % q->room] = due;
}

static void
serve_queue(pace_t *p)
{
    size_t  i;

    for (i = 0; i < p->n && p->waiting.count > 0; i++) {
        if (!p->all[i].busy) {
            ask(p, &p->all[i], p->waiting.due[p->waiting.first]);
            p->waiting.first = (p->waiting.first + 1) % p->waiting.room;
            p->waiting.count--;
        }
    }
}

static void
end_the_patient(pace_t *p, uint64_t now)
{
    size_t  i;

    for (i = 0; i < p->n; i++) {
        if (p->all[i].busy && now - p->all[i].due > PATIENCE) {
            finish(p, &p->all[i], 'f');
        }
    }
}

static void
arm(int timer, uint64_t at)
{
    struct itimerspec  when = {
        .it_value = { (time_t) (at / 1000000), (long) (at % 1000000 * 1000) }
    };

    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) != 0) {
        die("timerfd_settime");
    }
}

static void
run(pace_t *p, double rate, double seconds)
{
    int                 timer, n, i;
    uint64_t            start, now, sent, all, expired;
    struct epoll_event  events[64], event = { .events = EPOLLIN, .data.ptr = NULL };

    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (timer < 0 || epoll_ctl(p->epoll, EPOLL_CTL_ADD, timer, &event) != 0) {
        die("timerfd");
    }

    start = now_us() + 10000;
    all = (uint64_t) (rate * seconds);
    arm(timer, start);

    for (sent = 0, now = now_us();
         sent < all || ((p->busy > 0 || p->waiting.count > 0)
                        && now < start + (uint64_t) (seconds * 1e6) + DRAIN); )
    {
        n = epoll_wait(p->epoll, events, 64, 100);
        for (i = 0; i < n; i++) {
            if (events[i].data.ptr != NULL) {
                receive(p, events[i].data.ptr);
            } else if (read(timer, &expired, sizeof(expired)) < 0 && errno != EAGAIN) {
                die("timer");
            }
        }

        now = now_us();
        while (sent < all && now >= start + (uint64_t) ((double) sent * 1e6 / rate)) {
            enqueue(&p->waiting, start + (uint64_t) ((double) sent++ * 1e6 / rate));
        }
        if (sent < all) {
            arm(timer, start + (uint64_t) ((double) sent * 1e6 / rate));
        }
        serve_queue(p);
        end_the_patient(p, now);
    }

    for (i = 0; (size_t) i < p->n; i++) {
        if (p->all[i].busy) {
            finish(p, &p->all[i], 'f');
        }
    }
}

int
main(int argc, char **argv)
{
    size_t  i;
    pace_t  p = { 0 };

    if (argc != 10) {
        fprintf(stderr, "usage: pace PORT CONNECTIONS RATE SECONDS PREFIX PAGES VISITORS SEED MARK\n");
        return 2;
    }

    p.to.sin_family = AF_INET;
    p.to.sin_port = htons((uint16_t) atoi(argv[1]));
    p.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p.n = (size_t) atoi(argv[2]);
    p.prefix = argv[5];
    p.pages = (unsigned) atoi(argv[6]);
    p.visitors = (unsigned) atoi(argv[7]);
    p.seed = strtoull(argv[8], NULL, 10);
    p.mark = argv[9];

    p.epoll = epoll_create1(0);
    p.all = calloc(p.n, sizeof(connection_t));
    p.waiting.room = 1 << 16;
    p.waiting.due = calloc(p.waiting.room, sizeof(uint64_t));

    if (p.epoll < 0 || p.all == NULL || p.waiting.due == NULL) {
        die("no memory");
    }
    for (i = 0; i < p.n; i++) {
        p.all[i].fd = -1;
    }

    run(&p, atof(argv[3]), atof(argv[4]));

    free(p.all);
    free(p.waiting.due);
    return 0;
}
