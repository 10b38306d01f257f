#include "ngx_pz_counters.h"

/* The zone needs one slab page for the counters; the rest is what a slab pool itself takes. */
#define NGX_PZ_COUNTERS_PAGES  8

/* Differs whenever a counter is added or taken away. */
#define NGX_PZ_COUNTERS_LAYOUT                                                 \
    (((ngx_uint_t) 0x70430001)                                                 \
     ^ ((ngx_uint_t) NGX_PZ_TIME_LAST << 26)                                   \
     ^ ((ngx_uint_t) NGX_PZ_STATUS_LAST << 20)                                 \
     ^ ((ngx_uint_t) NGX_PZ_LOOKUP_LAST << 12)                                 \
     ^ (ngx_uint_t) NGX_PZ_EVENT_LAST)

#define NGX_PZ_WORD(id, word)               ngx_string(word),
#define NGX_PZ_EVENT_NAME(id, family, label, value)  { family, label, value },

static const ngx_str_t  ngx_pz_status_words[] = { NGX_PZ_STATUSES(NGX_PZ_WORD) };
static const ngx_str_t  ngx_pz_lookup_words[] = { NGX_PZ_LOOKUPS(NGX_PZ_WORD) };

static const ngx_pz_event_name_t  ngx_pz_event_names[] = {
    NGX_PZ_EVENTS(NGX_PZ_EVENT_NAME)
};


static ngx_int_t
ngx_pz_counters_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t    *pool;
    ngx_pz_counters_t  *counters;

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    /* A reload hands on the zone before it; a zone that another process made names its own. */
    counters = data;

    if (counters == NULL && zone->shm.exists) {
        counters = pool->data;
    }

    if (counters == NULL || counters->layout != NGX_PZ_COUNTERS_LAYOUT) {
        counters = ngx_slab_calloc(pool, sizeof(ngx_pz_counters_t));
        if (counters == NULL) {
            ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                          "no room for the counters in zone \"%V\"", &zone->shm.name);
            return NGX_ERROR;
        }

        counters->layout = NGX_PZ_COUNTERS_LAYOUT;
        pool->data = counters;
    }

    zone->data = counters;

    return NGX_OK;
}


ngx_shm_zone_t *
ngx_pz_counters_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name = ngx_string("personalize_counters");
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, &name, NGX_PZ_COUNTERS_PAGES * ngx_pagesize, tag);
    if (zone != NULL) {
        zone->init = ngx_pz_counters_init;
    }

    return zone;
}


ngx_pz_counters_t *
ngx_pz_counters_of(ngx_shm_zone_t *zone)
{
    return zone->data;
}


/* The tables are const; nginx's own functions take an ngx_str_t * and read it only. */

ngx_str_t *
ngx_pz_status_word(ngx_pz_status_e status)
{
    return (ngx_str_t *) &ngx_pz_status_words[status];
}


ngx_str_t *
ngx_pz_lookup_word(ngx_pz_lookup_e lookup)
{
    return (ngx_str_t *) &ngx_pz_lookup_words[lookup];
}


const ngx_pz_event_name_t *
ngx_pz_event_name(ngx_pz_event_e event)
{
    return &ngx_pz_event_names[event];
}
