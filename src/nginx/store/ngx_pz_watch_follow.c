/*
 * Where a watch goes: after the data link.
 */
#include "ngx_pz_watch.h"


static ngx_uint_t
ngx_pz_watch_is_there(const ngx_pz_watch_t *watch, const ngx_addr_t *peer)
{
    return watch->addr.socklen == peer->socklen
           && ngx_memcmp(watch->addr.sockaddr, peer->sockaddr, peer->socklen) == 0;
}


/* What the log calls it. */
static void
ngx_pz_watch_label(ngx_pz_watch_t *watch)
{
    u_char           *last;
    const pz_str_t   *subject;

    subject = &watch->data->incidents.subject;
    last = ngx_snprintf(watch->label, sizeof(watch->label), "changes in %*s", subject->len,
                        subject->data);

    watch->link.incidents.subject.data = (char *) watch->label;
    watch->link.incidents.subject.len = last - watch->label;
}


static void
ngx_pz_watch_aim(ngx_pz_watch_t *watch, const ngx_addr_t *peer)
{
    ngx_memcpy(&watch->sockaddr, peer->sockaddr, peer->socklen);
    watch->addr.sockaddr = &watch->sockaddr.sockaddr;
    watch->addr.socklen = peer->socklen;

    watch->addr.name.data = watch->name;
    watch->addr.name.len = ngx_min(peer->name.len, sizeof(watch->name));
    ngx_memcpy(watch->name, peer->name.data, watch->addr.name.len);

    watch->link.where.addrs = &watch->addr;
    watch->link.where.naddrs = 1;
    watch->link.addr = 0;

    /* The certificate is that of the data link's host. */
    watch->link.where.host = watch->data->name;
    ngx_pz_watch_label(watch);
}


static void
ngx_pz_watch_on_data_ready(void *data)
{
    const ngx_addr_t  *peer;
    ngx_pz_watch_t    *watch = data;

    peer = watch->data->peer;

    if (watch->resting) {
        return;
    }

    if (ngx_pz_watch_is_there(watch, peer)) {
        if (watch->state == NGX_PZ_WATCH_REFUSED) {
            return;
        }

    } else {
        ngx_pz_watch_hang_up(watch);
        ngx_pz_watch_aim(watch, peer);
        watch->delay = NGX_PZ_WATCH_DELAY_MIN;
    }

    ngx_pz_link_hurry(&watch->link);
}


/* Where it was, nobody asks any longer: what happens there is of no interest. */
static void
ngx_pz_watch_drop(ngx_pz_watch_t *watch)
{
    ngx_pz_watch_hang_up(watch);
    ngx_pz_breaker_probe(&watch->link.breaker);
    watch->addr.socklen = 0;

    if (watch->beat.timer_set) {
        ngx_del_timer(&watch->beat);
    }
}


static void
ngx_pz_watch_on_data_moved(void *data)
{
    ngx_pz_watch_drop(data);
}


/*
 * A replica may have lost its master: then it tells of nothing, however well it
 * answers.  A master that is gone shows in our own connection.
 */
static void
ngx_pz_watch_on_data_lost(void *data)
{
    ngx_pz_watch_t  *watch = data;

    if (watch->data->conf->reads) {
        ngx_pz_watch_drop(watch);
    }
}


void
ngx_pz_watch_want(ngx_pz_watch_t *watch, ngx_uint_t wanted)
{
    ngx_pz_link_t  *data;

    if (!wanted) {
        if (!watch->resting) {
            watch->resting = 1;
            ngx_pz_watch_drop(watch);
        }

        return;
    }

    watch->resting = 0;
    data = watch->data;

    if (data->state == NGX_PZ_LINK_READY) {
        if (!ngx_pz_watch_is_there(watch, data->peer)) {
            ngx_pz_watch_on_data_ready(watch);
        }

    } else if (data->state == NGX_PZ_LINK_IDLE && watch->state != NGX_PZ_WATCH_WATCHING
               && data->breaker.state == NGX_PZ_BREAKER_CLOSED && !ngx_exiting)
    {
        (void) ngx_pz_link_connect(data);
    }
}


void
ngx_pz_watch_follow(ngx_pz_watch_t *watch)
{
    ngx_pz_link_follower_t  *follower;

    follower = &watch->data->follower;
    follower->ready = ngx_pz_watch_on_data_ready;
    follower->moved = ngx_pz_watch_on_data_moved;
    follower->lost = ngx_pz_watch_on_data_lost;
    follower->data = watch;
}
