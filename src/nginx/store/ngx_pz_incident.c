#include "ngx_pz_incident.h"

#define NGX_PZ_INCIDENT_INTERVAL  10000


void
ngx_pz_incident(ngx_pz_incidents_t *incidents, ngx_pz_incident_e kind,
    ngx_uint_t level, ngx_err_t err, const char *what, const ngx_str_t *detail)
{
    ngx_str_t   subject, more;
    ngx_uint_t  skipped;

    if (incidents->seen[kind]
        && ngx_current_msec - incidents->at[kind] < NGX_PZ_INCIDENT_INTERVAL)
    {
        incidents->skipped[kind]++;
        return;
    }

    skipped = incidents->skipped[kind];
    incidents->seen[kind] = 1;
    incidents->skipped[kind] = 0;
    incidents->at[kind] = ngx_current_msec;

    subject.data = (u_char *) incidents->subject.data;
    subject.len = incidents->subject.len;

    ngx_str_null(&more);

    if (detail != NULL) {
        more = *detail;
    }

    if (skipped > 0) {
        ngx_log_error(level, incidents->log, err,
                      "personalize: redis \"%V\": %s%s%V (and %ui times more since the last "
                      "line)", &subject, what, more.len > 0 ? ": " : "", &more, skipped);
        return;
    }

    ngx_log_error(level, incidents->log, err, "personalize: redis \"%V\": %s%s%V",
                  &subject, what, more.len > 0 ? ": " : "", &more);
}
