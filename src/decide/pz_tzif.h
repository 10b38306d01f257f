/*
 * Time zone files, TZif versions 1 to 4 (RFC 8536, RFC 9636): what the clock
 * showed at a moment.  The file's bytes are borrowed and read in place.
 */
#ifndef PZ_TZIF_H
#define PZ_TZIF_H

#include "pz_error.h"
#include "pz_tz_rule.h"

typedef struct {
    const unsigned char *times;      /* of the changes, big-endian */
    const unsigned char *kinds;      /* the local time type after each */
    const unsigned char *types;
    size_t               ntimes;
    size_t               ntypes;
    size_t               width;      /* of a time: 4 or 8 bytes */
    int                  has_rule;   /* for after the last change */
    pz_tz_rule_t         rule;
} pz_tzif_t;

/*
 * Check a whole file; 0, or -1 with error->text.  Files that count leap
 * seconds ("right/...") are refused: the module's seconds do not.
 */
int pz_tzif_read(pz_tzif_t *zone, pz_str_t file, pz_error_t *error);

/* Seconds east of UTC at a moment. */
int32_t pz_tzif_offset(const pz_tzif_t *zone, int64_t seconds);

#endif
