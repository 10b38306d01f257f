#include "pz_redis.h"

#include <stdlib.h>

#include <hiredis.h>

/* Of "$<length>\r\n...\r\n" around one argument, and of "*<count>\r\n". */
#define COMMAND_OVERHEAD  32


/*
 * hiredis sums a command's length in an int and allocates it before anybody
 * asks whether it fits: the builder's cap is checked first.
 */
static int
command_fits(const pz_sb_t *sb, const pz_str_t *argv, size_t argc)
{
    size_t  i, room, need;

    if (sb->failed || argc == 0 || argc > INT32_MAX / COMMAND_OVERHEAD / 2) {
        return 0;
    }

    room = sb->max < INT32_MAX / 2 ? sb->max : INT32_MAX / 2;
    need = 0;

    for (i = 0; i < argc; i++) {
        if (argv[i].len > room - need) {
            return 0;
        }

        need += argv[i].len;
    }

    return 1;
}


void
pz_redis_command(pz_sb_t *sb, const pz_str_t *argv, size_t argc)
{
    int           len;
    char         *command;
    size_t        i, *lengths;
    pz_str_t      bytes;
    const char  **words;

    if (!command_fits(sb, argv, argc)) {
        sb->failed = 1;
        return;
    }

    words = pz_arena_array(sb->arena, argc, sizeof(char *));
    lengths = pz_arena_array(sb->arena, argc, sizeof(size_t));

    if (words == NULL || lengths == NULL) {
        sb->failed = 1;
        return;
    }

    for (i = 0; i < argc; i++) {
        words[i] = argv[i].len > 0 ? argv[i].data : "";
        lengths[i] = argv[i].len;
    }

    len = redisFormatCommandArgv(&command, (int) argc, words, lengths);
    if (len < 0) {
        sb->failed = 1;
        return;
    }

    bytes.data = command;
    bytes.len = (size_t) len;
    pz_sb_add(sb, bytes);
    redisFreeCommand(command);
}
